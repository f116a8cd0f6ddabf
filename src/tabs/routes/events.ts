/** Progress of runs as Server-Sent Events, each reader's own mailboxes only. */
import { Router } from 'express';
import { visibleMailboxes } from '../dashboard.ts';
import type { SyncProgress, TabsDeps } from '../ports.ts';
import { findReader, readerOf } from '../session.ts';

const heartbeatMs = 20_000;
/** Open pages of one person; a browser's own limit is lower over HTTP/1. */
const maxStreamsPerUser = 12;

export interface EventStreams {
  readonly router: Router;
  /** Ends all streams, so that the server can close. */
  close(): void;
}

export function eventStreams(deps: TabsDeps): EventStreams {
  const router = Router();
  const open = new Map<() => void, string>();

  router.get('/events', async (_request, response) => {
    const reader = readerOf(response);
    const userId = reader.user.id;
    if ([...open.values()].filter((id) => id === userId).length >= maxStreamsPerUser) {
      return void response.status(429).end();
    }
    let allowed = new Set((await visibleMailboxes(deps, reader)).map((mailbox) => mailbox.id));

    const unsubscribe = deps.engineControl.subscribe((progress) => {
      if (allowed.has(progress.scope.mailboxId)) response.write(progressEvent(progress));
    });
    const heartbeat = setInterval(() => void check(), heartbeatMs);
    const end = (): void => {
      open.delete(end);
      clearInterval(heartbeat);
      unsubscribe();
      response.end();
    };
    open.set(end, userId);
    response.on('close', end);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would otherwise keep events until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
    response.write('retry: 3000\nevent: ready\ndata: {}\n\n');

    /** A session that ended or rights that changed end or narrow the stream at the next heartbeat. */
    async function check(): Promise<void> {
      try {
        const present = await findReader(deps, reader.sessionSecret);
        if (!present) return end();
        allowed = new Set((await visibleMailboxes(deps, present)).map((mailbox) => mailbox.id));
        response.write(': still here\n\n');
      } catch (error) {
        deps.log.error('A page of live progress was closed', { error });
        end();
      }
    }
  });

  return {
    router,
    close: () => {
      for (const end of [...open.keys()]) end();
    },
  };
}

function progressEvent({ scope, phase, counts }: SyncProgress): string {
  const data = { mailboxId: scope.mailboxId, module: scope.module, phase, counts };
  return `event: progress\ndata: ${JSON.stringify(data)}\n\n`;
}
