/** The kernels that the model can be, and what each calls itself. */

export const kernels = ["514", "1160", "el8"] as const;
export type Kernel = (typeof kernels)[number];

/** What /proc/sys/kernel/osrelease shows: EL7's of 7.3 and 7.9, and EL8's of 8.1, the first said to be cured. */
export const releases: Readonly<Record<Kernel, string>> = {
  514: "3.10.0-514.el7.x86_64",
  1160: "3.10.0-1160.el7.x86_64",
  el8: "4.18.0-147.el8.x86_64",
};

/** The kernel of a release; undefined where the model has none. */
export function kernelOf(release: string): Kernel | undefined {
  return kernels.find((kernel) => releases[kernel] === release);
}
