/** Who is asking: cookies, sessions and the tokens that prove a form came from our own page. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { TabsDeps, TabsUser } from './ports.ts';
import type { SignedIn } from './views/layout.ts';

/** The signed-in person behind a request. */
export interface Reader {
  readonly user: TabsUser;
  /** Sees and may act on every mailbox. */
  readonly managing: boolean;
  readonly csrfToken: string;
  readonly sessionSecret: string;
}

/** What decides what somebody sees, whichever way he signed in. */
export type Viewer = Pick<Reader, 'user' | 'managing'>;

interface CookieNames {
  readonly session: string;
  /** Holds the token of the sign-in form, before there is a session. */
  readonly signIn: string;
  readonly secure: boolean;
}

/** Browsers keep `__Host-` cookies to this host and https; plain http is for loopback only, without that name. */
export function cookieNames(publicUrl: string): CookieNames {
  const url = new URL(publicUrl);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const secure = !(url.protocol === 'http:' && loopback);
  const prefix = secure ? '__Host-' : '';
  return { session: `${prefix}exsync`, signIn: `${prefix}exsync-sign-in`, secure };
}

export function readCookie(request: Request, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, ...value] = pair.trim().split('=');
    if (key === name) return value.join('=') || null;
  }
  return null;
}

export function setCookie(response: Response, cookies: CookieNames, name: string, value: string, ms: number) {
  response.cookie(name, value, {
    httpOnly: true,
    sameSite: 'lax',
    secure: cookies.secure,
    path: '/',
    maxAge: ms,
  });
}

export function clearCookie(response: Response, cookies: CookieNames, name: string): void {
  response.clearCookie(name, { httpOnly: true, sameSite: 'lax', secure: cookies.secure, path: '/' });
}

/** The reader of this session, or null when it has ended or its user may no longer sign in. */
export async function findReader(deps: TabsDeps, sessionSecret: string | null): Promise<Reader | null> {
  const session = sessionSecret && (await deps.access.session(sessionSecret));
  if (!session) return null;
  const user = (await deps.users()).find((candidate) => candidate.id === session.crmUserId);
  if (!user?.active) return null;
  return { user, managing: isManaging(user), csrfToken: session.csrfToken, sessionSecret };
}

/** Manage Sync or Manage Users. */
export function isManaging({ manager, administrator }: TabsUser): boolean {
  return manager || administrator;
}

/** Lets only signed-in people through; the others get `refuse`. */
export function requireReader(deps: TabsDeps, refuse: RequestHandler): RequestHandler {
  const cookies = cookieNames(deps.publicUrl);
  return async (request: Request, response: Response, next: NextFunction) => {
    const reader = await findReader(deps, readCookie(request, cookies.session));
    if (!reader) return refuse(request, response, next);
    (response.locals as { reader?: Reader }).reader = reader;
    next();
  };
}

export function readerOf(response: Response): Reader {
  const { reader } = response.locals as { reader?: Reader };
  if (!reader) throw new Error('This route lacks requireReader.');
  return reader;
}

/** What the frame of a page shows of its reader. */
export function signedInAs({ user, csrfToken }: Reader): SignedIn {
  return { name: user.name, csrfToken, administrator: user.administrator };
}

/** A field of a posted form; '' when it is missing or given twice. */
export function formField(request: Request, name: string): string {
  const value = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

/** True when the form came from a page of ours: it carries the token, and the browser names no other site. */
export function isOwnForm(request: Request, csrfToken: string): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return sameText(formField(request, 'csrf'), csrfToken);
}

function sameText(given: string, expected: string): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(expected);
  return one.length === other.length && one.length > 0 && timingSafeEqual(one, other);
}

export function randomToken(): string {
  return randomBytes(24).toString('base64url');
}
