/** Whether a promise settles within that long; nothing of the waiting is left behind. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = Promise.withResolvers<false>();
  const timeout = setTimeout(() => timer.resolve(false), ms);
  try {
    return await Promise.race([promise.then(() => true as const), timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
}
