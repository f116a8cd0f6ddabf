import { startDaemon } from '../composition/daemon.ts';
import type { Installation } from '../composition/installation.ts';

/** Runs until the signal; resolves when everything has ended. */
export async function start(installation: Installation, signal: AbortSignal): Promise<void> {
  const daemon = await startDaemon(installation);
  await stopped(signal);
  installation.log.info('stopping');
  await daemon.stop();
}

export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
