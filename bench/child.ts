/** A child process that answers one request at a time over the IPC channel of node:child_process. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface Child<Request> {
  ask<Answer>(request: Request): Promise<Answer>;
  end(): Promise<void>;
}

interface Envelope {
  readonly answer?: unknown;
  readonly error?: string;
}

export function startChild<Request extends object>(
  file: URL,
  environment: Record<string, string> = {},
): Child<Request> {
  const child: ChildProcess = fork(file, {
    env: { ...process.env, ...environment },
    serialization: 'advanced',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ask<Answer>(request: Request) {
      return new Promise<Answer>((resolve, reject) => {
        const lost = (): void => reject(new Error(`${file.pathname} ended before it answered`));
        child.once('exit', lost);
        child.once('message', (message: Envelope) => {
          child.off('exit', lost);
          if (message.error === undefined) resolve(message.answer as Answer);
          else reject(new Error(message.error));
        });
        child.send(request);
      });
    },
    async end() {
      child.disconnect();
      await exited;
    },
  };
}

/** The child's half: answers every request with `handle`, and ends when the parent lets go. */
export function serveParent<Request>(
  handle: (request: Request) => Promise<unknown>,
  end: () => Promise<void>,
): void {
  process.on('message', (request: Request) => {
    handle(request).then(
      (answer) => process.send?.({ answer } satisfies Envelope),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => {
    void end().finally(() => process.exit());
  });
}
