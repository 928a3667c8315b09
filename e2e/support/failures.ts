/** What goes on beside each other fails beside each other: all of it is waited for, and all of it is told. */

/** Waits for every one, and gives what went wrong. */
export async function failures(all: Iterable<Promise<unknown>>): Promise<unknown[]> {
  const ended = await Promise.allSettled(all)
  return ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
}

/** Throws them; a single one as it is. */
export function raise(failed: unknown[]): void {
  if (failed.length === 1) throw failed[0]
  if (failed.length > 1) throw new AggregateError(failed, failed.map((error) => (error instanceof Error ? error.stack : String(error))).join('\n\n'))
}
