/** What the pages of the history, of one run and of conflicts have in common. */
import { modules } from '../../sync/model.ts';
import type { Filters, ToldAction } from '../history.ts';
import { html, type Html } from './html.ts';
import { moduleNames } from './words.ts';

/** What the script needs to keep a page up to date while runs go on. */
export const liveNotices = html`<p class="notice warn" id="offline" role="status" hidden>
    Live updates are interrupted. The page tries again by itself; reload it to see the present state.
  </p>
  <p class="visually-hidden" id="announcer" role="status" aria-live="polite"></p>`;

/** Mailbox and module to choose; a reader with one mailbox is not asked which. */
export function filterForm(address: string, { query, mailboxes }: Filters): Html {
  return html`<form class="filters" method="get" action="${address}">
    ${
      mailboxes.length > 1 &&
      html`<label>
        <span class="visually-hidden">Mailbox</span>
        <select name="mailbox">
          <option value="">All mailboxes</option>
          ${mailboxes.map((mailbox) => option(mailbox.id, mailbox.address, mailbox.id === query.mailboxId))}
        </select>
      </label>`
    }
    <label>
      <span class="visually-hidden">Module</span>
      <select name="module">
        <option value="">All modules</option>
        ${modules.map((module) => option(module, moduleNames[module], module === query.module))}
      </select>
    </label>
    <button type="submit">Show</button>
  </form>`;
}

function option(value: string, name: string, selected: boolean): Html {
  return html`<option value="${value}" ${selected && html`selected`}>${name}</option>`;
}

export function pagesByNumber(address: string, { query }: Filters, older: number | null): Html | null {
  if (older === null && query.before === null) return null;
  const to = (before: number | null): string => {
    const parameters = new URLSearchParams({
      ...(query.mailboxId !== null && { mailbox: query.mailboxId }),
      ...(query.module !== null && { module: query.module }),
      ...(before !== null && { before: String(before) }),
    }).toString();
    return parameters === '' ? address : `${address}?${parameters}`;
  };
  return html`<nav class="pager" aria-label="Pages">
    ${query.before !== null && html`<a href="${to(null)}">Newest</a>`}
    ${older !== null && html`<a href="${to(older)}" rel="next">Older</a>`}
  </nav>`;
}

export function titleOf({ content }: Pick<ToldAction, 'content'>): string {
  return content === null ? 'An item' : content.title || 'An item without a name';
}

export function valueCell(text: string, label: string | null = null): Html {
  const named = label !== null && html`data-label="${label}"`;
  return text === ''
    ? html`<td ${named}><span class="muted">empty</span></td>`
    : html`<td class="value" ${named}>${text}</td>`;
}
