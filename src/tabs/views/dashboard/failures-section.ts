/** Items that could not be synced. */
import type { Dashboard } from '../../dashboard.ts';
import { html, type Html } from '../html.ts';
import { csrfField } from '../layout.ts';
import { timeView } from '../time.ts';
import { sideNames } from '../words.ts';

export function failuresSection({ failures, reader, nowMs }: Dashboard): Html {
  const retried = new Set<string>();
  return html`<section class="card" aria-labelledby="failures-title">
    <h2 id="failures-title">Could not be synced</h2>
    ${failures.length === 0 && html`<p class="empty">Nothing. Every item went through.</p>`}
    <ul class="plain">
      ${failures.map(({ failure, title, address }) => {
        // One button a mailbox: trying again means all of its failed items.
        const first = !retried.has(failure.mailboxId);
        retried.add(failure.mailboxId);
        return html`<li class="entry">
          <div>
            <strong>${title === null ? 'An item' : title || 'An item without a name'}</strong>
            <span class="muted">${address}, ${sideNames[failure.side]}</span>
            <span class="reason">${failure.message}</span>
            <span class="muted small">
              ${failure.attempts === 1 ? 'Tried once' : `Tried ${failure.attempts} times`},
              ${
                failure.nextAttemptAt === null
                  ? 'not again until it changes'
                  : html`next attempt ${timeView(Math.max(failure.nextAttemptAt, nowMs), nowMs)}`
              }
            </span>
          </div>
          ${
            first &&
            html`<form
              method="post"
              action="/mailboxes/${encodeURIComponent(failure.mailboxId)}/retry"
              data-live-form
            >
              ${csrfField(reader.csrfToken)}
              <button type="submit" aria-label="Retry all failed items of ${address} now">Retry now</button>
            </form>`
          }
        </li>`;
      })}
    </ul>
  </section>`;
}
