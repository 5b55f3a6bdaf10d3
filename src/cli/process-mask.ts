import { type Mask, newMask } from "../mask/mask.ts";

/** What this process must not tell, wherever it speaks: in a journal, on standard error, in a trace. */
export const processMask: Mask = newMask();
