/** Host names in the order that people count in: node-2 before node-10. */
export const byHostName = new Intl.Collator("en", { numeric: true }).compare;
