/** Whether a text holds anything to render. */
export function isTemplate(text: string): boolean {
  const at = text.indexOf("{");
  return at >= 0 && (text.includes("{{", at) || text.includes("{%", at) || text.includes("{#", at));
}
