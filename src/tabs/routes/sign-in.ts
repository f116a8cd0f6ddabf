import { Router, urlencoded } from 'express';
import type { Assets } from '../assets.ts';
import type { TabsDeps } from '../ports.ts';
import {
  clearCookie,
  cookieNames,
  findReader,
  formField,
  isOwnForm,
  randomToken,
  readCookie,
  setCookie,
} from '../session.ts';
import { createSignInLimit } from '../sign-in-limit.ts';
import { page } from '../views/layout.ts';
import { signInConfirm, signInHelp } from '../views/sign-in-page.ts';

const signInFormMs = 60 * 60_000;

/** Sign-in by a link that works once, and sign-out. */
export function signInRoutes(deps: TabsDeps, assets: Assets): Router {
  const router = Router();
  const cookies = cookieNames(deps.publicUrl);
  const waitFor = createSignInLimit({ burst: 10, refillMs: 30_000 }, deps.clock);
  const help = (problem: string | null): string =>
    page({ title: 'Sign in', assets, signedIn: null }, signInHelp(problem));

  router.get('/sign-in', (request, response) => {
    const link = request.query['link'];
    if (typeof link !== 'string' || link === '') return void response.send(help(null));
    const token = readCookie(request, cookies.signIn) ?? randomToken();
    setCookie(response, cookies, cookies.signIn, token, signInFormMs);
    response.send(page({ title: 'Sign in', assets, signedIn: null }, signInConfirm(link, token)));
  });

  router.post('/sign-in', urlencoded({ extended: false, limit: '8kb' }), async (request, response) => {
    const waitMs = waitFor(request.ip ?? '');
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      response.status(429).set('Retry-After', String(seconds));
      return void response.send(
        help(`Too many sign-ins from your address. Try again in ${seconds} seconds.`),
      );
    }
    if (!isOwnForm(request, readCookie(request, cookies.signIn) ?? '')) {
      return void response.status(403).send(help('This form has expired. Open your sign-in link again.'));
    }
    const crmUserId = await deps.access.redeemSignInLink(formField(request, 'link'));
    const user = crmUserId && (await deps.users()).find((candidate) => candidate.id === crmUserId);
    if (!user || !user.active) {
      return void response
        .status(401)
        .send(help('This link was used already, has expired or is not complete.'));
    }
    const old = readCookie(request, cookies.session);
    if (old) await deps.access.endSession(old);
    const session = await deps.access.createSession(user.id, deps.sessionMs);
    clearCookie(response, cookies, cookies.signIn);
    setCookie(response, cookies, cookies.session, session.secret, deps.sessionMs);
    await deps.audit.record(user.id, 'session.begin', { address: request.ip ?? null });
    response.redirect(303, '/');
  });

  router.post('/sign-out', urlencoded({ extended: false, limit: '8kb' }), async (request, response) => {
    const reader = await findReader(deps, readCookie(request, cookies.session));
    if (reader && !isOwnForm(request, reader.csrfToken)) {
      return void response
        .status(403)
        .send(help('This form has expired. Go back, reload the page and try again.'));
    }
    if (reader) {
      await deps.access.endSession(reader.sessionSecret);
      await deps.audit.record(reader.user.id, 'session.end', {});
    }
    clearCookie(response, cookies, cookies.session);
    response.redirect(303, '/sign-in');
  });

  return router;
}
