/**
 * Work that many ask for and one does. Whoever asks while it is going on waits for a further turn, because the one
 * under way may have looked before his reason to ask came about; all of them share that turn.
 */
export function sharedWork(work: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function begin(): Promise<void> {
    current = work().finally(() => {
      current = null;
    });
    return current;
  }

  return () => {
    if (current === null) return begin();
    next ??= current.then(
      () => turn(),
      () => turn(),
    );
    return next;
  };

  function turn(): Promise<void> {
    next = null;
    return begin();
  }
}
