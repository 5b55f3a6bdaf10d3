/** The kernel's answers when it says no, by their numbers on Linux x86-64. */
const numbers = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENOSPC: 28,
  ENOSYS: 38,
  ENODATA: 61,
} as const;

export type ErrnoName = keyof typeof numbers;

/** What a system call fails with. Thrown by the model, sent as it is to whoever called. */
export class KernelError extends Error {
  readonly code: ErrnoName;
  readonly errno: number;

  constructor(code: ErrnoName) {
    super(code);
    this.code = code;
    this.errno = numbers[code];
  }
}
