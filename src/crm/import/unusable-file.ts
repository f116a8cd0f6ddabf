/** The file as a whole cannot be imported; nothing was written. */
export class UnusableFileError extends Error {
  override name = 'UnusableFileError';
}
