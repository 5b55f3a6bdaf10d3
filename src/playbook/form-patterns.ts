/** How scalars that a keyword takes are written: the loader holds text against these, and the JSON Schema says the same. */

export const numberText = /^\s*[-+]?\d[\d_]*(?:\.\d+)?\s*%?\s*$/;
export const countText = /^\s*\d+\s*$/;
export const batchText = /^\s*\d+\s*%?\s*$/;
export const nameText = /^[A-Za-z_]\w*$/;
