/** Mailboxes, what the last run of each of their modules did, and what may be done with them. */
import type { Side } from '../../../sync/model.ts';
import type { SideCounts } from '../../../sync/stores.ts';
import { shortReason } from '../../../sync/why.ts';
import type { Dashboard, DashboardMailbox, DashboardRow, SyncState } from '../../dashboard.ts';
import { html, type Html } from '../html.ts';
import { csrfField } from '../layout.ts';
import { timeView } from '../time.ts';
import { counted, itemNames, moduleAddress, moduleNames, sideNames } from '../words.ts';

export function mailboxTable(dashboard: Dashboard): Html {
  const { mailboxes, search, reader, setUp } = dashboard;
  if (mailboxes.length === 0) return html`<p class="empty">${emptyText(search, reader.managing, setUp)}</p>`;
  return html`<table class="mailboxes" role="table">
      <caption class="visually-hidden">
        What the last run of each mailbox and module did on either side
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Module</th>
          <th scope="col" role="columnheader">State</th>
          <th scope="col" role="columnheader">In</th>
          ${countColumns.map(
            ([, name]) => html`<th scope="col" role="columnheader" class="number">${name}</th>`,
          )}
          <th scope="col" role="columnheader" class="when">Last run</th>
          <th scope="col" role="columnheader" class="when">Next run</th>
        </tr>
      </thead>
      ${mailboxes.map((mailbox) => mailboxGroup(mailbox, dashboard))}
    </table>
    ${dashboard.pages > 1 && pager(dashboard)}`;
}

function emptyText(search: string, managing: boolean, setUp: boolean): Html {
  if (search) return html`No mailbox matches “${search}”. <a href="/">Show all</a>`;
  if (!managing) {
    return html`You have no mailbox here yet. Ask your administrator to add yours; its state will then show
    here.`;
  }
  if (!setUp) {
    return html`Exchange is not set up yet. Run <code>exsync setup</code> on the server; mailboxes then appear
      here.`;
  }
  return html`No mailbox is synced yet. Add one on the server with <code>exsync user add</code>.`;
}

const countColumns: readonly (readonly [keyof SideCounts, string])[] = [
  ['created', 'Created'],
  ['updated', 'Updated'],
  ['deleted', 'Deleted'],
  ['conflicts', 'Conflicts'],
  ['failed', 'Failed'],
];

/** The mailbox once, then a line for each of its modules; those that are off share one. */
function mailboxGroup(group: DashboardMailbox, dashboard: Dashboard): Html {
  const { mailbox, userName, standing, canSync, rows, off, ownOff } = group;
  return html`<tbody role="rowgroup" class="mailbox-head">
      <tr role="row">
        <th scope="rowgroup" role="rowheader" class="mailbox" colspan="${allColumns - 2}">
          <span class="mailbox-user">${userName}</span>
          <span class="mailbox-address">${mailbox.address}</span>
          ${standing && html`<span class="mailbox-standing" data-cell="state">${stateView(standing)}</span>`}
        </th>
        <td role="cell" class="action" colspan="2">
          ${
            canSync &&
            html`<form
              method="post"
              action="/mailboxes/${encodeURIComponent(mailbox.id)}/sync"
              data-live-form
            >
              ${csrfField(dashboard.reader.csrfToken)}
              <button type="submit" aria-label="Sync ${mailbox.address} now">Sync now</button>
            </form>`
          }
        </td>
      </tr>
    </tbody>
    ${rows.map((row) => moduleRows(row, group, dashboard))}
    ${ownOff.map((one) => ownOffRow(one, group, dashboard))}
    ${
      off.length > 0 &&
      html`<tbody role="rowgroup" class="modules-off">
        <tr role="row">
          <th scope="row" role="rowheader" class="module">
            ${off.map((module) => moduleNames[module]).join(', ')}
            <span class="visually-hidden">of ${mailbox.address}</span>
          </th>
          <td role="cell" class="state" data-cell="state" colspan="${allColumns - 1}">
            ${stateView({ kind: 'off' })}
          </td>
        </tr>
      </tbody>`
    }`;
}

function ownOffRow(
  { module, reason }: DashboardMailbox['ownOff'][number],
  { mailbox }: DashboardMailbox,
  { reader }: Dashboard,
): Html {
  return html`<tbody role="rowgroup" class="modules-off" data-off="${module}">
    <tr role="row">
      <th scope="row" role="rowheader" class="module">
        ${moduleNames[module]} <span class="visually-hidden">of ${mailbox.address}</span>
        ${switchForm({ mailbox, module, on: true, csrfToken: reader.csrfToken })}
      </th>
      <td role="cell" class="state" data-cell="state" colspan="${allColumns - 1}">
        ${stateView({ kind: 'off', ...(reason !== null && { reason }) })}
      </td>
    </tr>
  </tbody>`;
}

/** Where a folder goes with it, a page says first what happens. */
function switchControl(row: DashboardRow, { mailbox }: DashboardMailbox, csrfToken: string): Html {
  const { module, ownFolder } = row;
  if (!ownFolder) return switchForm({ mailbox, module, on: false, csrfToken });
  return html`<a
    class="switch"
    href="${moduleAddress(mailbox.id, module)}/off"
    aria-label="Switch off ${moduleNames[module].toLowerCase()} of ${mailbox.address}"
    >Switch off</a
  >`;
}

function switchForm({
  mailbox,
  module,
  on,
  csrfToken,
}: {
  readonly mailbox: DashboardMailbox['mailbox'];
  readonly module: DashboardRow['module'];
  readonly on: boolean;
  readonly csrfToken: string;
}): Html {
  const words = on ? 'Switch on' : 'Switch off';
  return html`<form method="post" action="${moduleAddress(mailbox.id, module)}">
    ${csrfField(csrfToken)}
    <input type="hidden" name="state" value="${on ? 'on' : 'off'}" />
    <button
      class="switch"
      type="submit"
      aria-label="${words} ${moduleNames[module].toLowerCase()} of ${mailbox.address}"
    >
      ${words}
    </button>
  </form>`;
}

/** Module, state and side, the counts, last and next run. */
const allColumns = 3 + countColumns.length + 2;

function moduleRows(row: DashboardRow, group: DashboardMailbox, { nowMs, reader }: Dashboard): Html {
  const { mailbox, standing } = group;
  const { module, last } = row;
  return html`<tbody
    role="rowgroup"
    class="module-rows"
    data-mailbox="${mailbox.id}"
    data-module="${module}"
    data-address="${mailbox.address}"
  >
    <tr role="row">
      <th scope="rowgroup" role="rowheader" rowspan="2" class="module">
        ${moduleNames[module]} <span class="visually-hidden">of ${mailbox.address}</span>
        ${switchControl(row, group, reader.csrfToken)}
      </th>
      <td role="cell" rowspan="2" class="state" data-cell="state">
        ${stateView(standing ? { kind: standing.kind } : row.state)}
      </td>
      ${sideCells(row, 'crm')}
      <td role="cell" rowspan="2" class="when" data-label="Last run">
        ${last ? timeView(last.finishedAt ?? last.startedAt, nowMs) : html`<span class="muted">Never</span>`}
      </td>
      <td role="cell" rowspan="2" class="when" data-label="Next run">
        ${
          row.nextRunAt === null
            ? html`<span class="muted">Not scheduled</span>`
            : timeView(Math.max(row.nextRunAt, nowMs), nowMs)
        }
      </td>
    </tr>
    <tr role="row" class="second">
      ${sideCells(row, 'exchange')}
    </tr>
    ${
      row.leftOut.length > 0 &&
      html`<tr role="row" class="left-out">
        <td role="cell" colspan="${allColumns}" data-cell="left-out">
          <span class="muted small">Left out: ${leftOutText(row)}</span>
        </td>
      </tr>`
    }
  </tbody>`;
}

function leftOutText({ module, leftOut }: DashboardRow): string {
  return leftOut
    .map(({ reason, count }) => `${counted(count, itemNames[module])} ${shortReason(reason)}`)
    .join(', ');
}

function sideCells(row: DashboardRow, side: Side): Html {
  return html`<th scope="row" role="rowheader" class="side side-${side}">${sideNames[side]}</th>
    ${countColumns.map(([name, label]) => {
      const count = row.counts?.[side][name] ?? null;
      const tone = count === null || count === 0 ? 'zero' : name === 'failed' ? 'bad-text' : '';
      return html`<td
        role="cell"
        class="number count-${side} ${tone}"
        data-label="${label}"
        data-count="${side}.${name}"
      >
        ${count ?? '–'}
      </td>`;
    })}`;
}

function stateView(state: Pick<SyncState, 'kind'> & { readonly reason?: string }): Html {
  const [tone, name] = stateWords[state.kind];
  return html`<span class="badge ${tone}">${name}</span>${
      state.reason !== undefined && html`<span class="reason">${state.reason}</span>`
    }`;
}

const stateWords: Readonly<Record<SyncState['kind'], readonly [string, string]>> = {
  success: ['good', 'Success'],
  syncing: ['busy', 'Syncing'],
  waiting: ['busy', 'Waiting'],
  paused: ['warn', 'Paused'],
  failed: ['bad', 'Failed'],
  stopped: ['warn', 'Stopped'],
  neverRun: ['idle', 'Never run'],
  off: ['idle', 'Off'],
};

function pager({ page, pages, search }: Dashboard): Html {
  const address = (number: number): string =>
    `/?${new URLSearchParams({ ...(search && { search }), page: String(number) }).toString()}`;
  return html`<nav class="pager" aria-label="Pages of mailboxes">
    ${page > 1 && html`<a href="${address(page - 1)}" rel="prev">Previous</a>`}
    <span>Page ${page} of ${pages}</span>
    ${page < pages && html`<a href="${address(page + 1)}" rel="next">Next</a>`}
  </nav>`;
}
