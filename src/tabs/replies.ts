/** What the routes of the pages answer alike: pages in their frame, refusals, and forms that are not ours. */
import { urlencoded, type RequestHandler, type Response } from 'express';
import type { Assets } from './assets.ts';
import { isOwnForm, readerOf, signedInAs } from './session.ts';
import type { Html } from './views/html.ts';
import { page, type PagePart } from './views/layout.ts';
import { messagePage } from './views/message-page.ts';

export interface Replies {
  readonly show: (response: Response, title: string, content: Html, status?: number) => void;
  readonly refuse: (response: Response, status: number, title: string, text: string) => void;
  /** Reads a posted form of so many bytes at most, and lets only those of our own pages through. */
  readonly form: (limit: '8kb' | '16kb') => RequestHandler[];
}

/** `current`: the part of the application that the pages belong to. */
export function repliesOf(assets: Assets, current?: PagePart): Replies {
  const show: Replies['show'] = (response, title, content, status = 200) => {
    const signedIn = signedInAs(readerOf(response));
    const frame = { title, assets, signedIn, ...(current === undefined ? {} : { current }) };
    response.status(status).send(page(frame, content));
  };
  const refuse: Replies['refuse'] = (response, status, title, text) =>
    show(response, title, messagePage(title, text), status);
  const ownForm: RequestHandler = (request, response, next) => {
    if (isOwnForm(request, readerOf(response).csrfToken)) return next();
    refuse(response, 403, 'Expired form', 'This form has expired. Go back, reload the page and try again.');
  };
  return { show, refuse, form: (limit) => [urlencoded({ extended: false, limit }), ownForm] };
}
