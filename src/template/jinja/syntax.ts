/** How a template is written: its delimiters and what happens to the blanks around them. */

export interface Syntax {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  /** Drop the newline after a block. */
  readonly trimBlocks: boolean;
  /** Drop the blanks before a block that starts its line. */
  readonly lstripBlocks: boolean;
  readonly newlineSequence: string;
  /**
   * Backslashes in string literals are plain characters. So it is in playbooks and variables, where YAML has already
   * had its turn at them; template files have Python's escapes.
   */
  readonly plainBackslashes: boolean;
  /** Tags beyond Jinja's own: `do`, `break` and `continue`. */
  readonly extensions: readonly ("do" | "loopcontrols")[];
}

/** As Ansible reads the strings of a playbook. */
export const playbookSyntax: Syntax = {
  blockStart: "{%",
  blockEnd: "%}",
  variableStart: "{{",
  variableEnd: "}}",
  commentStart: "{#",
  commentEnd: "#}",
  trimBlocks: true,
  lstripBlocks: false,
  newlineSequence: "\n",
  plainBackslashes: true,
  extensions: [],
};

/** As the `template` module reads a file. */
export const fileSyntax: Syntax = { ...playbookSyntax, plainBackslashes: false };
