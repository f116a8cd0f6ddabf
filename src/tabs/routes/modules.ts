/** Switches modules of single mailboxes: their owners and managers may. */
import { Router, type Request, type Response } from 'express';
import type { Mailbox } from '../../sync/administration.ts';
import { modules, type Module } from '../../sync/model.ts';
import type { Assets } from '../assets.ts';
import { visibleMailbox } from '../dashboard.ts';
import type { ModuleOff, TabsDeps } from '../ports.ts';
import { repliesOf } from '../replies.ts';
import { formField, readerOf } from '../session.ts';
import { moduleOffPage } from '../views/module-off-page.ts';

type ModuleRequest = Request<{ id: string; module: string }>;

export function moduleRoutes(deps: TabsDeps, assets: Assets): Router {
  const router = Router();
  const { engineControl } = deps;

  const { show, refuse, form: formOf } = repliesOf(assets, 'dashboard');

  function showOff(response: Response, about: ModuleOfMailbox, off: ModuleOff, changed: boolean): void {
    if (off.kind === 'refused') {
      const isOwn = about.mailbox.crmUserId === readerOf(response).user.id;
      const told = [off.message, (isOwn && off.ownersOnly) || '', off.remedy ?? ''];
      return refuse(response, 409, 'Not switched off', told.filter((one) => one !== '').join(' '));
    }
    const { csrfToken } = readerOf(response);
    show(response, 'Switch off', moduleOffPage({ ...about, off, csrfToken, changed }), changed ? 409 : 200);
  }

  /** Null, and answered, where there is no such module or mailbox, or it is not the reader's business. */
  async function asked(request: ModuleRequest, response: Response): Promise<ModuleOfMailbox | null> {
    const mailbox = await visibleMailbox(deps, readerOf(response), request.params.id);
    const module = modules.find((one) => one === request.params.module);
    if (mailbox && module) return { mailbox, module };
    refuse(response, 404, 'Not found', 'There is no such mailbox, or it is not yours to see.');
    return null;
  }

  const form = formOf('8kb');

  router.get('/mailboxes/:id/modules/:module/off', async (request: ModuleRequest, response) => {
    const about = await asked(request, response);
    if (about === null) return;
    const scope = { mailboxId: about.mailbox.id, module: about.module };
    showOff(response, about, await engineControl.considerOff(scope), false);
  });

  router.post('/mailboxes/:id/modules/:module', form, async (request: ModuleRequest, response: Response) => {
    const about = await asked(request, response);
    if (about === null) return;
    const state = formField(request, 'state');
    if (state !== 'on' && state !== 'off')
      return refuse(response, 400, 'Not understood', 'The form says neither on nor off.');
    const items = formField(request, 'items');
    const refusal = await engineControl.switchModule(
      { mailboxId: about.mailbox.id, module: about.module },
      {
        on: state === 'on',
        actor: readerOf(response).user.id,
        // What is confirmed is what the reader saw.
        confirmed: /^\d{1,9}$/.test(items) ? Number(items) : null,
      },
    );
    if (refusal !== null) return showOff(response, about, refusal, true);
    response.redirect(303, '/');
  });

  return router;
}

interface ModuleOfMailbox {
  readonly mailbox: Mailbox;
  readonly module: Module;
}
