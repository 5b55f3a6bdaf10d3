/**
 * The part of TOML that engines' configurations are written in: `[tables]`, `key = "value"` and tables in one line.
 * A table is called by its path with slashes: `plugins/io.containerd.grpc.v1.cri/containerd`; the top is "".
 */
export class Tables {
  readonly #values = new Map<string, string>();

  /** A key of a later file wins over that of an earlier one. */
  constructor(texts: readonly string[]) {
    for (const text of texts) this.#read(text);
  }

  get(table: string, key: string): string | undefined {
    return this.#values.get(`${table}/${key}`);
  }

  #read(text: string): void {
    let table = "";
    for (const line of text.split("\n")) {
      const [, header] = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line) ?? [];
      if (header === undefined) this.#assign(table, line);
      else table = parts(header).join("/");
    }
  }

  #assign(table: string, line: string): void {
    const [, keys = "", value = ""] = assignment.exec(line) ?? [];
    const path = [...(table === "" ? [] : [table]), ...parts(keys)];
    const key = path.pop();
    if (key === undefined) return;
    const [, inline] = /^\{(.*)\}/.exec(value) ?? [];
    if (inline === undefined) this.#values.set(`${path.join("/")}/${key}`, plain(value));
    else for (const each of inline.split(",")) this.#assign([...path, key].join("/"), each);
  }
}

const word = `(?:"[^"]*"|'[^']*'|[\\w-]+)`;
const assignment = new RegExp(`^\\s*(${word}(?:\\s*\\.\\s*${word})*)\\s*=\\s*(.+)$`);

function parts(path: string): string[] {
  return (path.match(new RegExp(word, "g")) ?? []).map((part) => part.replace(/^["']|["']$/g, ""));
}

function plain(value: string): string {
  const [, , quoted] = /^(["'])(.*?)\1/.exec(value) ?? [];
  return quoted ?? (value.split("#", 1)[0] ?? "").trim();
}
