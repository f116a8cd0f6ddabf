/** What runs did, what lost, and the way back. Each form is checked for its token and the reader's right. */
import { Router, type Request, type Response } from 'express';
import type { HistoryPart } from '../../sync/reports.ts';
import { modules } from '../../sync/model.ts';
import type { Assets } from '../assets.ts';
import { visibleMailbox } from '../dashboard.ts';
import { fieldsWith, loadConflicts, loadHistory, loadRun, toldActions, visibleAction } from '../history.ts';
import type { HistoryQuery } from '../history.ts';
import { runObstacle } from '../obstacles.ts';
import type { TabsDeps } from '../ports.ts';
import { repliesOf } from '../replies.ts';
import { formField, readerOf } from '../session.ts';
import { askForUndo, notCarriedOut, undoOrder } from '../undo-order.ts';
import { conflictsPage } from '../views/conflicts-page.ts';
import { historyPage } from '../views/history-page.ts';
import { runPage } from '../views/run-page.ts';
import { undoPage } from '../views/undo-page.ts';

type RunRequest = Request<{ run: string }>;

export function historyRoutes(deps: TabsDeps, assets: Assets): Router {
  const router = Router();

  const { show, refuse, form: formOf } = repliesOf(assets, 'history');
  const showConflicts = repliesOf(assets, 'conflicts').show;
  const notFound = (response: Response): void =>
    refuse(response, 404, 'Not found', 'There is no such entry, or it is not yours to see.');

  const form = formOf('8kb');

  router.get('/history', async (request, response) => {
    const list = await loadHistory(deps, readerOf(response), queryOf(request));
    if (list === null) return notFound(response);
    show(response, 'History', historyPage(list));
  });

  router.get('/history/:run', async (request: RunRequest, response) => {
    const shown = await loadRun(deps, readerOf(response), numberOf(request.params.run) ?? 0, {
      part: partOf(request.query['show']),
      page: numberOf(request.query['page']) ?? 1,
    });
    if (shown === null) return notFound(response);
    show(response, `Run ${shown.run.id}`, runPage(shown, request.query['asked'] === 'undo'));
  });

  router.get('/history/:run/undo', async (request: RunRequest, response) => {
    const reader = readerOf(response);
    const all = { part: 'all', page: 1 } as const;
    const shown = await loadRun(deps, reader, numberOf(request.params.run) ?? 0, all);
    if (shown === null) return notFound(response);
    if (shown.obstacle !== null) return refuse(response, 409, 'Cannot be undone', shown.obstacle);
    const itemId = request.query['item'];
    if (itemId === undefined) {
      return show(response, 'Undo', undoPage({ page: shown, item: null }));
    }
    const action = shown.own ? await visibleAction(deps, shown.run, numberOf(itemId) ?? 0) : null;
    if (action === null) return notFound(response);
    if (action.state !== 'done') return refuse(response, 409, 'Cannot be undone', notCarriedOut);
    const [item = null] = await toldActions(deps, shown.run.module, [action], true);
    show(response, 'Undo', undoPage({ page: shown, item }));
  });

  router.post('/history/:run/undo', form, async (request: RunRequest, response: Response) => {
    const reader = readerOf(response);
    const runId = numberOf(request.params.run) ?? 0;
    const itemField = formField(request, 'item');
    const actionId = itemField === '' ? null : (numberOf(itemField) ?? 0);
    const answer = await undoOrder(deps, reader, { runId, actionId });
    if (answer.kind === 'notFound') return notFound(response);
    if (answer.kind === 'refused') return refuse(response, 409, 'Cannot be undone', answer.because);
    await askForUndo(deps, reader.user.id, answer.order);
    response.redirect(303, `/history/${runId}?asked=undo`);
  });

  router.get('/conflicts', async (request, response) => {
    const list = await loadConflicts(deps, readerOf(response), queryOf(request));
    if (list === null) return notFound(response);
    showConflicts(response, 'Conflicts', conflictsPage(list, request.query['asked'] === 'take'));
  });

  router.post(
    '/conflicts/:action',
    form,
    async (request: Request<{ action: string }>, response: Response) => {
      const reader = readerOf(response);
      const action = await deps.history.action(numberOf(request.params.action) ?? 0);
      const mailbox = action && (await visibleMailbox(deps, reader, action.mailboxId));
      // What lost is chosen by who sees it.
      if (!action || mailbox?.crmUserId !== reader.user.id) return notFound(response);
      const obstacle = await runObstacle(deps, mailbox, action.module);
      if (obstacle !== null) return refuse(response, 409, 'Cannot be taken', obstacle);
      const field = formField(request, 'field');
      const whole = action.body.kind === 'remove' && field === '';
      const fields = whole ? [] : fieldsWith(action, field);
      const isKnown = whole || action.body.losers.some((loser) => loser.field === field);
      if (action.state !== 'done' || action.body.losers.length === 0 || !isKnown) return notFound(response);
      const { mailboxId, module, runId } = action;
      await deps.engineControl.undo({ mailboxId, module, runId, actionId: action.id, fields });
      await deps.audit.record(reader.user.id, 'conflict.taken', {
        mailboxId,
        module,
        runId,
        actionId: action.id,
        fields: fields.join(' '),
      });
      response.redirect(303, '/conflicts?asked=take');
    },
  );

  return router;
}

function queryOf({ query }: Pick<Request, 'query'>): HistoryQuery {
  const { mailbox, module, before } = query;
  return {
    mailboxId: typeof mailbox === 'string' && mailbox !== '' ? mailbox : null,
    module: modules.find((one) => one === module) ?? null,
    before: numberOf(before),
  };
}

/** A whole number of an address, or null. */
function numberOf(text: unknown): number | null {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function partOf(text: unknown): HistoryPart {
  return text === 'done' || text === 'failed' || text === 'held' ? text : 'all';
}
