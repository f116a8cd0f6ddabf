import type { HeldSummary } from '../../sync/administration.ts';
import type { Module, Side } from '../../sync/model.ts';
import type { RunRecord, SideCounts } from '../../sync/stores.ts';
import type { Dashboard, DashboardRow, SyncState } from '../dashboard.ts';
import { html, type Html } from './html.ts';
import { csrfField, productName } from './layout.ts';
import { activityChart } from './activity-chart.ts';
import { timeView } from './time.ts';

/** The parts with a `data-part` are replaced one by one when the script refreshes the page. */
export function dashboardPage(dashboard: Dashboard): Html {
  return html`
    <div class="title-row" data-part="title">
      <div>
        <h1>${productName}</h1>
        <p class="muted">${summary(dashboard)}</p>
      </div>
      ${dashboard.reader.managing && dashboard.rows.some((row) => row.canSync) && syncAllForm(dashboard)}
    </div>
    <p class="notice warn" id="offline" role="status" hidden>
      Live updates are interrupted. The page tries again by itself; reload it to see the present state.
    </p>
    <p class="visually-hidden" id="announcer" role="status" aria-live="polite"></p>
    <div data-part="held">${heldSection(dashboard)}</div>
    <section class="card" aria-labelledby="mailboxes-title">
      <div class="section-head">
        <h2 id="mailboxes-title">Mailboxes</h2>
        ${dashboard.reader.managing && (dashboard.totals.mailboxes > 5 || dashboard.search) && searchForm(dashboard)}
      </div>
      <div data-part="mailboxes">${mailboxTable(dashboard)}</div>
    </section>
    <div class="columns" data-part="below">${failuresSection(dashboard)} ${activitySection(dashboard)}</div>
    <div data-part="runs">${runsSection(dashboard)}</div>
  `;
}

function summary({ totals, reader }: Dashboard): string {
  if (!reader.managing) return 'Your mailbox and the CRM, kept in step.';
  const mailboxes = totals.mailboxes === 1 ? '1 mailbox' : `${totals.mailboxes} mailboxes`;
  return totals.paused === 0 ? mailboxes : `${mailboxes}, ${totals.paused} paused`;
}

function syncAllForm({ reader }: Dashboard): Html {
  return html`<form method="post" action="/sync-all" data-live-form>
    ${csrfField(reader.csrfToken)}<button class="primary" type="submit">Sync all now</button>
  </form>`;
}

function searchForm({ search }: Dashboard): Html {
  return html`<form class="search" method="get" action="/" role="search">
    <label class="visually-hidden" for="search">Find a mailbox</label>
    <input id="search" name="search" type="search" value="${search}" placeholder="Find a mailbox" />
    <button type="submit">Find</button>
  </form>`;
}

function mailboxTable(dashboard: Dashboard): Html {
  const { rows, search, reader, setUp } = dashboard;
  if (rows.length === 0) return html`<p class="empty">${emptyText(search, reader.managing, setUp)}</p>`;
  return html`<table class="mailboxes" role="table">
      <caption class="visually-hidden">
        What the last run of each mailbox did on either side
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Mailbox</th>
          <th scope="col" role="columnheader">State</th>
          <th scope="col" role="columnheader">In</th>
          ${countColumns.map(
            ([, name]) => html`<th scope="col" role="columnheader" class="number">${name}</th>`,
          )}
          <th scope="col" role="columnheader">Last run</th>
          <th scope="col" role="columnheader">Next run</th>
          <th scope="col" role="columnheader"><span class="visually-hidden">Action</span></th>
        </tr>
      </thead>
      ${rows.map((row) => mailboxRows(row, dashboard))}
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
const sideNames: Readonly<Record<Side, string>> = { crm: 'CRM', exchange: 'Exchange' };

function mailboxRows(row: DashboardRow, { reader, nowMs }: Dashboard): Html {
  const { mailbox, module, last } = row;
  return html`<tbody role="rowgroup" data-mailbox="${mailbox.id}" data-module="${module}">
    <tr role="row">
      <th scope="rowgroup" role="rowheader" rowspan="2" class="mailbox">
        <span class="mailbox-user">${row.userName}</span>
        <span class="mailbox-address">${mailbox.address}</span>
        <span class="module">${moduleNames[module]}</span>
      </th>
      <td role="cell" rowspan="2" class="state" data-cell="state">${stateView(row.state)}</td>
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
      <td role="cell" rowspan="2" class="action">
        ${
          row.canSync &&
          html`<form method="post" action="/mailboxes/${encodeURIComponent(mailbox.id)}/sync" data-live-form>
            ${csrfField(reader.csrfToken)}
            <button type="submit" aria-label="Sync ${mailbox.address} now">Sync now</button>
          </form>`
        }
      </td>
    </tr>
    <tr role="row" class="second">
      ${sideCells(row, 'exchange')}
    </tr>
  </tbody>`;
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

function stateView(state: SyncState): Html {
  const [tone, name] = stateWords[state.kind];
  return html`<span class="badge ${tone}">${name}</span>${
      'reason' in state && html`<span class="reason">${state.reason}</span>`
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

function heldSection({ held, reader }: Dashboard): Html | null {
  if (held.length === 0) return null;
  return html`<section class="card attention" aria-labelledby="held-title">
    <h2 id="held-title">Held back</h2>
    <p class="muted">
      These changes are more than usual, or attendees of meetings have to hear of them, so they wait.
      Everything else goes on. ${!reader.managing && html`A manager has to decide.`}
    </p>
    <ul class="plain">
      ${held.map(
        (entry) =>
          html`<li class="entry">
            <div>
              <strong>${heldText(entry.held)}</strong>
              <span class="muted">${entry.address}</span>
            </div>
            ${reader.managing && decisionForm(entry.held, entry.address, reader.csrfToken)}
          </li>`,
      )}
    </ul>
  </section>`;
}

function heldText({ kind, side, count, module, tellsAttendees }: HeldSummary): string {
  if (tellsAttendees) {
    const [one, many] = kind === 'remove' ? ['cancellation', 'cancellations'] : ['update', 'updates'];
    return count === 1
      ? `1 ${one} of a meeting waits to be sent to the attendees`
      : `${count} ${many} of meetings wait to be sent to the attendees`;
  }
  const [one, many] = kind === 'create' ? newItems[module] : heldWords[kind];
  const what = count === 1 ? `1 ${one}` : `${count} ${many}`;
  const where = side ? ` in ${side === 'crm' ? 'the CRM' : 'Exchange'}` : '';
  return `${what}${where} ${count === 1 ? 'is' : 'are'} held back`;
}

const moduleNames: Readonly<Record<Module, string>> = {
  contacts: 'Contacts',
  tasks: 'Tasks',
  events: 'Events',
};
const newItems: Readonly<Record<Module, readonly [string, string]>> = {
  contacts: ['new contact', 'new contacts'],
  tasks: ['new task', 'new tasks'],
  events: ['new event', 'new events'],
};

const heldWords: Readonly<Record<Exclude<HeldSummary['kind'], 'create'>, readonly [string, string]>> = {
  update: ['change', 'changes'],
  remove: ['deletion', 'deletions'],
  settle: ['pairing', 'pairings'],
};

const sendWords: Readonly<Record<HeldSummary['kind'], readonly [string, string]>> = {
  create: ['Send invitation', 'Do not send'],
  update: ['Send update', 'Leave as it was'],
  remove: ['Send cancellation', 'Keep the meeting'],
  settle: ['Send', 'Do not send'],
};

function decisionForm(held: HeldSummary, address: string, csrfToken: string): Html {
  const about = `${heldText(held)}, ${address}`;
  const [approve, reject] = held.tellsAttendees ? sendWords[held.kind] : (['Approve', 'Reject'] as const);
  return html`<form class="buttons" method="post" action="/held" data-live-form>
    ${csrfField(csrfToken)}
    <input type="hidden" name="mailbox" value="${held.mailboxId}" />
    <input type="hidden" name="module" value="${held.module}" />
    <input type="hidden" name="run" value="${held.runId}" />
    <input type="hidden" name="kind" value="${held.kind}" />
    <input type="hidden" name="side" value="${held.side ?? ''}" />
    <input type="hidden" name="count" value="${held.count}" />
    <input type="hidden" name="tells" value="${String(held.tellsAttendees)}" />
    <button type="submit" name="decision" value="approved" aria-label="${approve}: ${about}">
      ${approve}
    </button>
    <button type="submit" name="decision" value="rejected" aria-label="${reject}: ${about}">${reject}</button>
  </form>`;
}

function failuresSection({ failures, reader, nowMs }: Dashboard): Html {
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

function activitySection({ days }: Dashboard): Html {
  return html`<section class="card" aria-labelledby="activity-title">
    <h2 id="activity-title">Last ${days.length} days</h2>
    ${activityChart(days)}
  </section>`;
}

const runWords: Readonly<Record<string, readonly [string, string]>> = {
  running: stateWords.syncing,
  done: stateWords.success,
  failed: stateWords.failed,
  stopped: stateWords.stopped,
};

function runsSection({ runs, nowMs }: Dashboard): Html {
  return html`<section class="card" aria-labelledby="runs-title">
    <h2 id="runs-title">Recent runs</h2>
    ${
      runs.length === 0
        ? html`<p class="empty">No run yet.</p>`
        : html`<ul class="plain runs">
            ${runs.map(({ run, address }) => {
              const [tone, name] = runWords[run.state] ?? stateWords.stopped;
              return html`<li class="entry run">
                <span class="badge ${tone}">${run.kind === 'preview' ? `Preview: ${name}` : name}</span>
                <span class="run-mailbox">${address}</span>
                <span class="run-counts">${runSummary(run)}</span>
                <span class="run-time">${timeView(run.startedAt, nowMs)}</span>
                ${run.error && html`<span class="reason">${run.error}</span>`}
              </li>`;
            })}
          </ul>`
    }
  </section>`;
}

function runSummary({ counts: { crm, exchange }, held, state }: RunRecord): string {
  const words: readonly (readonly [keyof SideCounts, string])[] = [
    ['created', 'created'],
    ['updated', 'updated'],
    ['deleted', 'deleted'],
    ['conflicts', 'in conflict'],
    ['failed', 'failed'],
  ];
  const parts = words
    .map(([name, word]) => [crm[name] + exchange[name], word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`);
  if (held > 0) parts.push(`${held} held back`);
  return parts.join(', ') || (state === 'done' ? 'Nothing to do' : '');
}
