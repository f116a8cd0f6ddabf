import { stopped } from './start.ts';

/** `exsync sandbox exchange`: runs the stand-in until the signal. The sandbox is a part of its own, loaded only here. */
export async function runSandboxExchange(
  options: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const { startFromCommandLine } = await import('../../sandbox/exchange/main.ts');
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const sandbox = await startFromCommandLine(args);
  await stopped(signal);
  await sandbox.close();
}
