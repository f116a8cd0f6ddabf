/** The page that says which field of Exchange a field of the CRM is. For administrators; others are told so. */
import { Router, type Request, type Response } from 'express';
import { SettingsChangedError } from '../../errors.ts';
import { deviations, mappingLines, mappingProblems } from '../../sync/mapping.ts';
import type { Mapping, MappingProblem } from '../../sync/mapping.ts';
import { modules, type Module } from '../../sync/model.ts';
import { fieldsOf } from '../../sync/fields.ts';
import type { Assets } from '../assets.ts';
import type { TabsDeps } from '../ports.ts';
import { repliesOf } from '../replies.ts';
import { formField, readerOf } from '../session.ts';
import { mappingPage, notSynced } from '../views/mapping-page.ts';
import type { MappingNotice } from '../views/mapping-page.ts';
import { moduleNames } from '../views/words.ts';

type ModuleRequest = Request<{ module: string }>;

export function mappingRoutes(deps: TabsDeps, assets: Assets): Router {
  const router = Router();

  const { show: send, refuse, form } = repliesOf(assets, 'settings');

  /** The module of the address; null once the reader was told why not. */
  function moduleFor(request: ModuleRequest, response: Response): Module | null {
    if (!readerOf(response).user.administrator) {
      refuse(response, 403, 'Not allowed', 'Only administrators may see and change which fields are synced.');
      return null;
    }
    const module = modules.find((one) => one === request.params.module) ?? null;
    if (module === null) refuse(response, 404, 'Not found', 'There is no page at this address.');
    return module;
  }

  async function show(
    response: Response,
    module: Module,
    said: {
      readonly mapping?: Mapping;
      readonly problems?: readonly MappingProblem[];
      readonly notice?: MappingNotice;
      readonly status?: number;
    },
  ): Promise<void> {
    const { version, settings } = await deps.settings.load();
    const unsupported = new Set(deps.fieldsLacking(settings.exchange, module));
    const content = mappingPage({
      module,
      version,
      stored: mappingLines(module, settings.modules[module].mapping, unsupported),
      lines: mappingLines(module, said.mapping ?? settings.modules[module].mapping, unsupported),
      problems: new Map((said.problems ?? []).map(({ field, message }) => [field, message])),
      notice: said.notice ?? null,
      csrfToken: readerOf(response).csrfToken,
    });
    send(response, `Fields of ${moduleNames[module].toLowerCase()}`, content, said.status);
  }

  router.get('/settings/mapping/:module', async (request: ModuleRequest, response) => {
    const module = moduleFor(request, response);
    if (module === null) return;
    await show(response, module, request.query['saved'] === '1' ? { notice: 'saved' } : {});
  });

  router.post('/settings/mapping/:module', ...form('16kb'), async (request: ModuleRequest, response) => {
    const { user } = readerOf(response);
    const module = moduleFor(request, response);
    if (module === null) return;
    const { version, settings } = await deps.settings.load();
    const present = settings.modules[module];
    const isPast = formField(request, 'version') !== String(version);
    const mapping = mappingOf(request, module, present.mapping, isPast);
    const problems = mappingProblems(module, mapping);
    if (isPast) return show(response, module, { mapping, problems, notice: 'stale', status: 409 });
    if (problems.length > 0) {
      return show(response, module, { mapping, problems, notice: 'wrong', status: 422 });
    }
    const changed = { ...settings, modules: { ...settings.modules, [module]: { ...present, mapping } } };
    try {
      await deps.settings.save(changed, version, user.id);
    } catch (error) {
      if (!(error instanceof SettingsChangedError)) throw error;
      const now = (await deps.settings.load()).settings.modules[module].mapping;
      const again = mappingOf(request, module, now, true);
      return show(response, module, { mapping: again, notice: 'stale', status: 409 });
    }
    response.redirect(303, `/settings/mapping/${module}?saved=1`);
  });

  return router;
}

/**
 * What the form says of each field; one that it does not name stays as it is. So does, in a form that is past, what the
 * reader left as he was shown it: somebody else may have changed it.
 */
function mappingOf(request: Request, module: Module, present: Mapping, isPast: boolean): Mapping {
  const given = fieldsOf[module].flatMap(({ name }): [string, string | null][] => {
    const chosen = formField(request, `field.${name}`);
    const isLeft = isPast && chosen === formField(request, `loaded.${name}`);
    return chosen === '' || isLeft ? [] : [[name, chosen === notSynced ? null : chosen]];
  });
  return deviations(module, { ...present, ...Object.fromEntries(given) });
}
