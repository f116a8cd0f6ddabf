import type { Side } from './sync/model.ts';

/** A wrong key or value in the configuration or on the command line. The process ends with exit code 2. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  /** The key at fault, such as `http.port`; `problems` holds one line for each wrong key. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Somebody else saved the settings since they were loaded; nothing was saved. */
export class SettingsChangedError extends Error {
  override name = 'SettingsChangedError';
}

export interface RemoteErrorDetails {
  readonly side: Side;
  /** A code the callers decide by: an EWS ResponseCode, or one of our own such as `TlsUntrusted`. Never the text. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  /** How long the other side asked us to stay away, in milliseconds. */
  readonly retryAfterMs?: number;
  /** True when the request may have been carried out although no answer came. */
  readonly outcomeUnknown?: boolean;
  /** One sentence that says what an administrator can do about it. */
  readonly remedy?: string;
  /** Where the other side sends us instead, in its own words: to be judged before anything goes there. */
  readonly location?: string;
  readonly cause?: unknown;
}

/** The other side (or the way to it) failed as a whole; the run ends or waits, nothing is lost. */
export class RemoteError extends Error {
  override name = 'RemoteError';
  readonly side: Side;
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly outcomeUnknown: boolean;
  readonly remedy: string | undefined;
  readonly location: string | undefined;
  constructor(details: RemoteErrorDetails) {
    super(details.message, { cause: details.cause });
    this.side = details.side;
    this.code = details.code;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
    this.remedy = details.remedy;
    this.location = details.location;
  }
}

/** The side no longer knows the cursor (EWS ErrorInvalidSyncStateData): read everything once more. */
export class CursorLostError extends Error {
  override name = 'CursorLostError';
}

/** Another process took the lease over; whatever this one still does must not be written. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

/** The caller asked to stop. Not a failure: finish the current batch and return. */
export class StoppedError extends Error {
  override name = 'StoppedError';
}

/** One line for a person: the message and, where known, the remedy. */
export function describeError(error: unknown): string {
  if (error instanceof RemoteError && error.remedy) return `${error.message} ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
