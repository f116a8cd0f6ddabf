import { ConfigError, describeError } from '../errors.ts';

/**
 * `exsync sandbox exchange`: starts the stand-in, which stops by itself on SIGINT and SIGTERM. The sandbox is a part of
 * its own with its own reading of options, and is loaded only here and in the demo.
 */
export async function runSandboxExchange(options: Readonly<Record<string, string | true>>): Promise<void> {
  const { startFromCommandLine } = await import('../../sandbox/exchange/main.ts');
  const args = Object.entries(options).flatMap(([name, value]) => {
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [option] : [option, value];
  });
  try {
    await startFromCommandLine(args);
  } catch (error) {
    throw new ConfigError([describeError(error)]);
  }
}
