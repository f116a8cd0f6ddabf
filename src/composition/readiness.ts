/** Whether the daemon can do its work. That its tables are up to date is seen to before it listens. */
import type { SettingsStore } from '../sync/administration.ts';
import type { Clock } from '../sync/ports.ts';
import type { Missing } from '../tabs/ports.ts';

export interface ReadinessParts {
  readonly settings: Pick<SettingsStore, 'load'>;
  /** Throws when a stored secret needs a key that is not at hand. */
  readonly checkKeys: () => Promise<void>;
  /** When the scheduler last looked what is due; null once it is stopped. */
  readonly lastLookMs: () => number | null;
  readonly clock: Clock;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A database that takes longer is away. */
const patienceMs = 3_000;
/** It looks every five seconds; a long look at a slow database is no standstill. */
const standstillMs = 60_000;

/** Null when nothing is missing. Never throws; one check at a time, shared by all who ask meanwhile. */
export function createReadiness(parts: ReadinessParts): () => Promise<Missing | null> {
  let checking: Promise<Missing | null> | null = null;

  async function check(): Promise<Missing | null> {
    const looked = parts.lastLookMs();
    if (looked === null) return 'scheduler';
    const loaded = await parts.settings.load().catch(() => null);
    if (loaded === null) return 'database';
    const fits = await parts.checkKeys().then(
      () => true,
      () => false,
    );
    if (!fits) return 'secretKey';
    if (parts.clock() - looked > standstillMs) return 'scheduler';
    return loaded.settings.exchange === null ? 'exchange' : null;
  }

  return () => {
    // A check that hangs goes on being the only one: a database that is slow gets no crowd in front of it.
    checking ??= check().finally(() => {
      checking = null;
    });
    const tooLong = parts.sleep(patienceMs).then((): Missing => 'database');
    return Promise.race([checking, tooLong]);
  };
}
