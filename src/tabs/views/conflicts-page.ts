import type { ConflictList, ConflictRow } from '../history.ts';
import { filterForm, liveNotices, pagesByNumber, valueCell } from './history-parts.ts';
import { html, type Html } from './html.ts';
import { csrfField } from './layout.ts';
import { timeView } from './time.ts';
import { counted, itemNames, moduleNames, sideNames } from './words.ts';

export function conflictsPage(list: ConflictList, asked: boolean): Html {
  const { rows, older } = list;
  return html`
    <div class="title-row">
      <div>
        <h1>Conflicts</h1>
        <p class="muted">Both sides had changed the same field. One value won, the other one is kept here.</p>
      </div>
    </div>
    ${liveNotices}
    ${
      asked &&
      html`<p class="notice busy" role="status">
        Asked for. The value is taken by a run of its own, which the history shows, and this page once it is
        done.
      </p>`
    }
    <section class="card" aria-label="Conflicts">
      ${filterForm('/conflicts', list)}
      <div data-part="conflicts">
        ${
          rows.length === 0
            ? html`<p class="empty">No conflict.</p>`
            : html`<ul class="plain">
                ${rows.map((row) => conflictEntry(row, list))}
              </ul>`
        }
        ${pagesByNumber('/conflicts', list, older)}
      </div>
    </section>
  `;
}

function conflictEntry(row: ConflictRow, { nowMs, reader }: ConflictList): Html {
  const { action, address, title, values } = row;
  const { finishedAt } = action;
  const name = title === null ? foreignName(row) : title || 'An item without a name';
  return html`<li class="entry action-entry">
    <div>
      <strong>${name}</strong>
      <span class="muted">${moduleNames[action.module]}, ${address}</span>
      <span class="muted small">
        ${finishedAt !== null && timeView(finishedAt, nowMs)}, in
        <a href="/history/${action.runId}">run ${action.runId}</a>
      </span>
      ${
        title === null
          ? html`<p class="muted">
              ${counted(values, ['value', 'values'])} lost. The owner of the mailbox sees which.
            </p>`
          : losersTable(row, name, reader.csrfToken)
      }
    </div>
  </li>`;
}

function foreignName({ action, items }: ConflictRow): string {
  return counted(items, itemNames[action.module]);
}

function losersTable(row: ConflictRow, name: string, csrfToken: string): Html {
  const { action, losers, obstacle } = row;
  const removed = action.body.kind === 'remove';
  return html`<table class="changes losers">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Won</th>
          <th scope="col">Lost</th>
          <th scope="col"><span class="visually-hidden">Action</span></th>
        </tr>
      </thead>
      <tbody>
        ${losers.map(({ field, label, side, lost, won, standing }) => {
          const offered = standing === 'won' && !removed && obstacle === null;
          return html`<tr>
            <th scope="row">${label}</th>
            ${removed ? html`<td data-label="Won">deleted</td>` : valueCell(won, 'Won')}
            <td data-label="Lost">
              <span class="value">${lost}</span> <span class="muted small">${sideNames[side]}</span>
            </td>
            <td>
              ${
                offered
                  ? takeForm(action.id, field, `${label} of ${name}`, csrfToken)
                  : html`<span class="muted small">${standingText(standing, removed, obstacle)}</span>`
              }
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${
      removed &&
      obstacle === null &&
      losers.some(({ standing }) => standing === 'won') &&
      takeForm(action.id, '', name, csrfToken)
    }`;
}

function standingText(
  standing: ConflictRow['losers'][number]['standing'],
  removed: boolean,
  obstacle: string | null,
): string {
  switch (standing) {
    case 'taken':
      return removed ? 'There again' : 'Taken';
    case 'changedSince':
      return 'Changed since';
    case 'won':
      return obstacle ?? '';
  }
}

function takeForm(actionId: number, field: string, about: string, csrfToken: string): Html {
  return html`<form method="post" action="/conflicts/${actionId}">
    ${csrfField(csrfToken)}
    <input type="hidden" name="field" value="${field}" />
    <button type="submit" aria-label="Take the loser after all: ${about}">Take the loser after all</button>
  </form>`;
}
