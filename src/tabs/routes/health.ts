/** For monitoring and load balancers: is the process alive, and can it do its work? Strangers learn no more than that. */
import { Router, type Response } from 'express';
import type { Missing, TabsDeps } from '../ports.ts';

/** However often strangers ask, the database is asked once in this time. */
const freshMs = 1_000;

const reasons: Readonly<Record<Missing, string>> = {
  database: 'the database does not answer',
  secretKey: 'the secret key does not fit the database',
  scheduler: 'the scheduler does not run',
  exchange: 'Exchange is not set up',
};

/** Needs no session. `/healthz` asks nobody; `/readyz` answers 503 with a reason while something is missing. */
export function healthRoutes({ missing, clock }: Pick<TabsDeps, 'missing' | 'clock'>): Router {
  const router = Router();
  let askedMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<Missing | null> = Promise.resolve(null);

  router.get('/healthz', (_request, response) => say(response, 200, 'ok'));

  router.get('/readyz', async (_request, response) => {
    const now = clock();
    // A clock that was set back must not keep an old answer.
    if (Math.abs(now - askedMs) >= freshMs) {
      askedMs = now;
      answer = missing();
    }
    const reason = await answer;
    if (reason === null) say(response, 200, 'ok');
    else say(response, 503, `not ready: ${reasons[reason]}`);
  });

  return router;
}

function say(response: Response, status: number, text: string): void {
  response.status(status).set('Cache-Control', 'no-store').type('text').send(text);
}
