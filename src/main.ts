#!/usr/bin/env node
/** The process: configuration, signals, exit codes. 0 done, 1 something failed, 2 usage or configuration. */
import { CommanderError } from 'commander';
import { createProgram } from './cli.ts';
import { openInstallation } from './composition/installation.ts';
import { loadConfig } from './config.ts';
import { ConfigError, describeError, RemoteError, SettingsChangedError, StoppedError } from './errors.ts';
import { createLogger } from './log.ts';
import { keepHeapSmall } from './small-heap.ts';

// The EWS library reads dates in the host's zone; EWS and everything stored here speak UTC.
process.env['TZ'] = 'UTC';
keepHeapSmall();

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait for the end of what is under way; it is as safe as a crash.
    if (stop.signal.aborted) process.exit(1);
    stop.abort(new StoppedError(`stopped by ${signal}`));
  });
}

// Whoever read us has read enough, such as `head`: what is under way goes on, and ends with its own exit code.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

async function main(): Promise<number> {
  let exitCode = 0;
  const program = createProgram({
    signal: stop.signal,
    fail: () => {
      exitCode = 1;
    },
    publicUrl: () => {
      const { http } = loadConfig({ env: process.env });
      return http.publicUrl ?? `http://${http.host}:${http.port}`;
    },
    async withInstallation(work) {
      const config = loadConfig({ env: process.env });
      const installation = await openInstallation(config, createLogger(config.log));
      try {
        return await work(installation);
      } finally {
        await installation.close();
      }
    },
  });
  try {
    await program.parseAsync(process.argv);
    return exitCode;
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof StoppedError || (error instanceof Error && error.name === 'AbortError')) return 1;
  const known =
    error instanceof ConfigError || error instanceof RemoteError || error instanceof SettingsChangedError;
  const text = known || !(error instanceof Error) ? describeError(error) : (error.stack ?? error.message);
  process.stderr.write(
    `${text
      .split('\n')
      .map((line) => `exsync: ${line}`)
      .join('\n')}\n`,
  );
  return error instanceof ConfigError ? 2 : 1;
}

process.exitCode = await main();
