/** Why a run was stopped, where it was no signal: whoever was asked between two batches wished it. */
export const stoppedBetweenBatches = "asked between batches";
