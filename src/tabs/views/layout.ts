import type { Assets } from '../assets.ts';
import { html, type Html } from './html.ts';

export const productName = 'MS Exchange Sync';

export type PagePart = 'dashboard' | 'history' | 'conflicts' | 'settings';

const parts: readonly (readonly [PagePart, string, string])[] = [
  ['dashboard', '/', 'Dashboard'],
  ['history', '/history', 'History'],
  ['conflicts', '/conflicts', 'Conflicts'],
];
const administratorsPart = ['settings', '/settings', 'Settings'] as const;

export interface SignedIn {
  readonly name: string;
  readonly csrfToken: string;
  /** Is offered the settings. */
  readonly administrator: boolean;
}

export interface PageFrame {
  readonly title: string;
  readonly assets: Assets;
  /** The part of the product this page belongs to. */
  readonly current?: PagePart;
  /** Null: nobody is signed in. */
  readonly signedIn: SignedIn | null;
}

export function page(frame: PageFrame, content: Html): string {
  const { title, assets, signedIn, current } = frame;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title === productName ? title : `${title} · ${productName}`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assets.styleUrl}" />
        <script type="module" src="${assets.scriptUrl}"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <a class="brand" href="/">
            <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
              <path d="M4 9h13l-3.5-3.5M20 15H7l3.5 3.5" />
            </svg>
            ${productName}
          </a>
          ${
            signedIn &&
            html`<nav class="parts" aria-label="Parts">
              ${(signedIn.administrator ? [...parts, administratorsPart] : parts).map(
                ([part, address, name]) =>
                  html`<a href="${address}" ${part === current && html`aria-current="page"`}>${name}</a>`,
              )}
            </nav>`
          }
          ${
            signedIn &&
            html`<div class="who">
              <span class="who-name">${signedIn.name}</span>
              <form method="post" action="/sign-out">
                ${csrfField(signedIn.csrfToken)}
                <button class="quiet" type="submit">Sign out</button>
              </form>
            </div>`
          }
        </header>
        <main id="main" tabindex="-1">${content}</main>
      </body>
    </html> `.toString();
}

export function csrfField(csrfToken: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrfToken}" />`;
}
