/**
 * Marks a promise that is awaited only after other work: should it fail before, or be given up because that other work
 * failed, the process must not take it for an error nobody handles.
 */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.then(null, () => null);
  return promise;
}
