/** `ansible.builtin.combine` is `combine`; names of other collections stay whole. */
export function shortName(name: string): string {
  return name.replace(/^ansible\.(?:builtin|legacy)\./, "");
}
