/** What a script said: exit code and bytes. */
export interface Output {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Wall time as the controller saw it. */
  readonly durationMs: number;
}
