/** Rows deleted. */
export interface PruneCounts {
  readonly actions: number;
  readonly runs: number;
  readonly links: number;
  readonly blobs: number;
  readonly audit: number;
  /** Sign-in links, sessions and tokens. */
  readonly access: number;
}

/** Forgets what is no longer needed, so that people's data is not kept for ever. */
export interface RetentionStore {
  /**
   * Deletes runs that ended before then (milliseconds since the epoch) and found nothing to do, but for the newest and
   * the first one of each scope. Returns how many. Bounded and resumable as `prune` is.
   */
  pruneQuietRuns(endedBefore: number, signal?: AbortSignal): Promise<number>;
  /**
   * Deletes finished actions and runs, ended links and audit entries older than the given times (milliseconds since the
   * epoch), dropped and previewed actions older than a day, whatever has expired, and content nothing refers to any
   * more. Nothing that waits, is linked or that a later run asks for goes. Works through bounded transactions with room
   * for others in between; when the signal is aborted it returns what it has done so far, and any further call goes on.
   */
  prune(
    limits: { readonly historyBefore: number; readonly auditBefore: number },
    signal?: AbortSignal,
  ): Promise<PruneCounts>;
}
