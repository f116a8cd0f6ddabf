/** The page of the settings. Administrators only, on the server for each of its requests. */
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { SettingsChangedError } from '../../errors.ts';
import { settingProblems } from '../../scheduler/setting-problems.ts';
import type { Assets } from '../assets.ts';
import type { TabsDeps } from '../ports.ts';
import { repliesOf } from '../replies.ts';
import { formField, readerOf } from '../session.ts';
import { fieldNames, loadedPrefix, onTopOf, placeProblems, wantedSettings } from '../settings-form.ts';
import type { SettingsForm } from '../settings-form.ts';
import { noProblems, settingsPage } from '../views/settings-page.ts';
import type { SettingsPage } from '../views/settings-page.ts';

export function settingsRoutes(deps: TabsDeps, assets: Assets): Router {
  const router = Router();

  const { show, refuse, form } = repliesOf(assets, 'settings');

  const administratorsOnly: RequestHandler = (_request, response, next) => {
    if (readerOf(response).user.administrator) return next();
    refuse(
      response,
      403,
      'Not allowed',
      'Only administrators may see and change the settings: users whose profile has the right Manage Users.',
    );
  };
  function showForm(response: Response, shown: Omit<SettingsPage, 'csrfToken'>, status = 200): void {
    const { csrfToken } = readerOf(response);
    show(response, 'Settings', settingsPage({ ...shown, csrfToken }), status);
  }

  router.get('/settings', administratorsOnly, async (request, response) => {
    const outcome = request.query['saved'] === '1' ? 'saved' : null;
    showForm(response, { ...(await deps.settings.load()), typed: null, problems: noProblems, outcome });
  });

  router.post('/settings', administratorsOnly, form('16kb'), async (request: Request, response: Response) => {
    const present = await deps.settings.load();
    const { version, settings } = present;
    const isPast = formField(request, 'version') !== String(version);
    const sent = formIn(request);
    const loaded = formIn(request, loadedPrefix);
    const typed = isPast ? onTopOf(settings, sent, loaded) : sent;
    const wanted = wantedSettings(settings, typed);
    const problems = placeProblems(settingProblems(deps.settings, wanted));
    const isWrong = problems.byField.size + problems.others.length > 0;
    // A version that is past is another's work. It comes first: the form then goes on from the present one.
    if (isPast) {
      return showForm(response, { ...present, typed, problems, outcome: 'changed' }, 409);
    }
    if (isWrong) return showForm(response, { ...present, typed, problems, outcome: 'wrong' }, 400);
    if (!(await isSaved(deps, wanted, version, readerOf(response).user.id))) {
      const now = await deps.settings.load();
      const again = onTopOf(now.settings, typed, loaded);
      return showForm(response, { ...now, typed: again, problems, outcome: 'changed' }, 409);
    }
    response.redirect(303, '/settings?saved=1');
  });

  return router;
}

/** False where somebody else saved meanwhile. The store writes who saved into the audit log. */
async function isSaved(
  { settings: store }: TabsDeps,
  ...[wanted, version, actor]: Parameters<TabsDeps['settings']['save']>
): Promise<boolean> {
  try {
    await store.save(wanted, version, actor);
    return true;
  } catch (error) {
    if (error instanceof SettingsChangedError) return false;
    throw error;
  }
}

function formIn(request: Request, prefix = ''): SettingsForm {
  return Object.fromEntries(fieldNames.map((name) => [name, formField(request, prefix + name)]));
}
