/** The buttons of the first page. Each checks its form's token and the reader's right to the mailbox. */
import { Router, type Request, type Response } from 'express';
import type { Assets } from '../assets.ts';
import { visibleMailbox } from '../dashboard.ts';
import { mailboxObstacle, runObstacle } from '../obstacles.ts';
import type { TabsDeps } from '../ports.ts';
import { repliesOf } from '../replies.ts';
import { formField, readerOf } from '../session.ts';

export function actionRoutes(deps: TabsDeps, assets: Assets): Router {
  const router = Router();
  const { engineControl, audit } = deps;

  const { refuse, form: formOf } = repliesOf(assets);
  const notFound = (response: Response): void =>
    refuse(response, 404, 'Not found', 'There is no such mailbox, or it is not yours to see.');
  const forbidden = (response: Response): void =>
    refuse(response, 403, 'Not allowed', 'Only people who manage the sync may do this.');

  const form = formOf('8kb');

  router.post('/sync-all', form, async (request: Request, response: Response) => {
    const reader = readerOf(response);
    if (!reader.managing) return forbidden(response);
    const mailboxes = (await deps.mailboxes.list()).filter((mailbox) => mailbox.state === 'active');
    for (const mailbox of mailboxes) await engineControl.syncNow(mailbox.id);
    await audit.record(reader.user.id, 'sync.all', { mailboxes: mailboxes.length });
    accepted(request, response);
  });

  router.post('/mailboxes/:id/sync', form, async (request: Request<{ id: string }>, response: Response) => {
    const reader = readerOf(response);
    const mailbox = await visibleMailbox(deps, reader, request.params.id);
    if (!mailbox) return notFound(response);
    const obstacle = await mailboxObstacle(deps, mailbox);
    if (obstacle !== null) return refuse(response, 409, 'Not synced', obstacle);
    await engineControl.syncNow(mailbox.id);
    await audit.record(reader.user.id, 'sync.mailbox', { mailboxId: mailbox.id });
    accepted(request, response);
  });

  router.post('/mailboxes/:id/retry', form, async (request: Request<{ id: string }>, response: Response) => {
    const reader = readerOf(response);
    const mailbox = await visibleMailbox(deps, reader, request.params.id);
    if (!mailbox) return notFound(response);
    const obstacle = await mailboxObstacle(deps, mailbox);
    if (obstacle !== null) return refuse(response, 409, 'Not synced', obstacle);
    await engineControl.retryNow(mailbox.id);
    await audit.record(reader.user.id, 'sync.retry', { mailboxId: mailbox.id });
    accepted(request, response);
  });

  router.post('/held', form, async (request: Request, response: Response) => {
    const reader = readerOf(response);
    if (!reader.managing) return forbidden(response);
    const decision = formField(request, 'decision');
    if (decision !== 'approved' && decision !== 'rejected') {
      return refuse(response, 400, 'Not understood', 'The form says neither approve nor reject.');
    }
    // What is decided is what the reader saw: a newer plan or another number is shown to him first.
    const held = (await deps.reports.held(formField(request, 'mailbox'))).find(
      (summary) =>
        summary.module === formField(request, 'module') &&
        String(summary.runId) === formField(request, 'run') &&
        summary.kind === formField(request, 'kind') &&
        (summary.side ?? '') === formField(request, 'side') &&
        String(summary.tellsAttendees) === formField(request, 'tells') &&
        String(summary.count) === formField(request, 'count'),
    );
    if (!held) {
      return refuse(
        response,
        409,
        'Out of date',
        'This has changed or was decided meanwhile. Look at it again.',
      );
    }
    const mailbox = await deps.mailboxes.get(held.mailboxId);
    if (mailbox === null) return notFound(response);
    // What is decided is carried out by a run.
    const obstacle = await runObstacle(deps, mailbox, held.module);
    if (obstacle !== null) return refuse(response, 409, 'Not synced', obstacle);
    await engineControl.decideHeld(held, decision);
    await audit.record(reader.user.id, `held.${decision}`, {
      mailboxId: held.mailboxId,
      runId: held.runId,
      kind: held.kind,
      side: held.side,
      tellsAttendees: held.tellsAttendees,
      count: held.count,
    });
    accepted(request, response);
  });

  return router;
}

/** The script stays on its page; without it the browser goes back to the dashboard. */
function accepted(request: Pick<Request, 'get'>, response: Response): void {
  if (request.get('accept') === 'application/json') response.status(202).json({ accepted: true });
  else response.redirect(303, '/');
}
