/** One run, with what it did to each item. */
import type { HistoryPart } from '../../sync/reports.ts';
import type { ToldChange, ToldLoser } from '../../sync/told-actions.ts';
import { rowsOf } from '../history.ts';
import type { RunPage, ToldAction } from '../history.ts';
import { liveNotices, titleOf, valueCell } from './history-parts.ts';
import { html, type Html } from './html.ts';
import { timeView } from './time.ts';
import { counted, itemNames, moduleNames, runSummary, runWords, triggerWords } from './words.ts';

const partNames: Readonly<Record<HistoryPart, string>> = {
  all: 'All',
  done: 'Done',
  failed: 'Not done',
  held: 'Held back',
};

export function runPage(page: RunPage, asked: boolean): Html {
  const { run, mailbox, nowMs, own, actions } = page;
  const [tone, name] = runWords[run.state];
  const { text, undoneRun } = triggerWords(run.trigger);
  return html`
    <div class="title-row">
      <div>
        <h1>Run ${run.id}: ${moduleNames[run.module]}</h1>
        <p class="muted">${mailbox.address}</p>
      </div>
      ${undoLink(page)}
    </div>
    ${liveNotices}
    <div data-part="undoings">${undoingsNotice(page, asked)}</div>
    <section class="card" aria-label="The run">
      <dl class="facts">
        <div>
          <dt>State</dt>
          <dd><span class="badge ${tone}">${name}</span></dd>
        </div>
        <div>
          <dt>Why</dt>
          <dd>${undoneRun === null ? text : html`<a href="/history/${undoneRun}">${text}</a>`}</dd>
        </div>
        <div>
          <dt>When</dt>
          <dd>${timeView(run.startedAt, nowMs)}</dd>
        </div>
        <div>
          <dt>What</dt>
          <dd>${runSummary(run)}</dd>
        </div>
      </dl>
      ${run.error && html`<p class="reason">${run.error}</p>`}
    </section>
    <section class="card" aria-labelledby="items-title">
      <div class="section-head">
        <h2 id="items-title">Items</h2>
        ${partLinks(page)}
      </div>
      ${
        !own &&
        html`<p class="muted">
          Names and values of these items are shown to the owner of the mailbox alone.
        </p>`
      }
      ${
        actions.length === 0
          ? html`<p class="empty">
              Nothing of this kind is on record. Old entries are removed after a while.
            </p>`
          : html`<ul class="plain actions">
              ${actions.map((action) => actionEntry(action, page))}
            </ul>`
      }
      ${pager(page)}
    </section>
  `;
}

function undoLink({ run, obstacle }: RunPage): Html {
  return obstacle === null
    ? html`<a class="button" href="/history/${run.id}/undo">Undo this run</a>`
    : html`<p class="muted small">Cannot be undone: ${obstacle}</p>`;
}

function undoingsNotice({ undoings, activity, nowMs }: RunPage, asked: boolean): Html | null {
  const waits = asked && activity !== 'idle';
  if (undoings.length === 0 && !asked) return null;
  return html`<section class="card attention" aria-label="Taken back">
    ${
      undoings.length === 0
        ? html`<p>
            The undo was asked for.
            ${waits ? 'It begins as soon as it is its turn, and is then told here.' : 'It is told here once it is done.'}
          </p>`
        : html`<ul class="plain">
            ${undoings.map(
              ({ run, left }) =>
                html`<li>
                  <a href="/history/${run.id}">Run ${run.id}</a> ${undoOutcome(run)}
                  ${
                    left > 0 &&
                    html`<a href="/history/${run.id}?show=failed"
                      >and left ${counted(left, itemNames[run.module])} as they were</a
                    >`
                  }
                  <span class="muted">${timeView(run.startedAt, nowMs)}</span>
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

function undoOutcome(run: RunPage['run']): string {
  const what = run.trigger.includes(',') ? 'a part of it' : 'it';
  switch (run.state) {
    case 'done':
      return `took ${what} back: ${runSummary(run).toLowerCase()}`;
    case 'running':
      return `is taking ${what} back`;
    case 'failed':
    case 'stopped':
      return `was to take ${what} back and ${run.state === 'failed' ? 'failed' : 'was stopped'}`;
  }
}

function partLinks({ run, totals, part }: RunPage): Html {
  return html`<nav class="tabs" aria-label="Which items">
    ${(['all', 'done', 'failed', 'held'] as const).map((one) => {
      const rows = rowsOf(totals, one);
      const current = one === part && html`aria-current="true"`;
      return (
        (rows > 0 || one === part) &&
        html`<a href="${runAddress(run.id, one, 1)}" ${current}>${partNames[one]} ${rows}</a>`
      );
    })}
  </nav>`;
}

function runAddress(id: number, part: HistoryPart, page: number): string {
  const parameters = new URLSearchParams({
    ...(part !== 'all' && { show: part }),
    ...(page > 1 && { page: String(page) }),
  }).toString();
  return parameters === '' ? `/history/${id}` : `/history/${id}?${parameters}`;
}

function pager({ run, part, page, pages }: RunPage): Html | null {
  if (pages === 1) return null;
  return html`<nav class="pager" aria-label="Pages of items">
    ${page > 1 && html`<a href="${runAddress(run.id, part, page - 1)}" rel="prev">Previous</a>`}
    <span>Page ${page} of ${pages}</span>
    ${page < pages && html`<a href="${runAddress(run.id, part, page + 1)}" rel="next">Next</a>`}
  </nav>`;
}

function actionEntry(action: ToldAction, { run, obstacle }: RunPage): Html {
  const { content, reason } = action;
  const [tone, state] = actionState(action);
  return html`<li class="entry action-entry">
    <div>
      <strong>${titleOf(action)}</strong>
      <span class="badge ${tone}">${state}</span>
      ${content === null && action.fieldCount > 0 && html`<span class="muted">${counted(action.fieldCount, ['field', 'fields'])}</span>`}
      ${reason && html`<span class="reason">${reason}</span>`}
      ${action.state === 'held' && html`<span class="reason">${heldReason(action)}</span>`}
      ${content && changesTable(action.kind, content.changes)} ${content && losersNote(content.losers)}
    </div>
    ${
      content &&
      action.state === 'done' &&
      obstacle === null &&
      html`<a
        class="button"
        href="/history/${run.id}/undo?item=${action.id}"
        aria-label="Undo: ${titleOf(action)}, ${state.toLowerCase()}"
        >Undo</a
      >`
    }
  </li>`;
}

function heldReason({ tellsAttendees }: ToldAction): string {
  return tellsAttendees
    ? 'The attendees would have to hear of it. It waits on the dashboard until a manager has it sent or not.'
    : 'More of these than usual came at once. They wait on the dashboard until a manager decides.';
}

const doneWords: Readonly<Record<ToldAction['kind'], string>> = {
  create: 'Created',
  update: 'Changed',
  remove: 'Deleted',
  settle: 'Left as it is',
};
const undoneWords: Readonly<Record<ToldAction['kind'], string>> = {
  create: 'Not created',
  update: 'Not changed',
  remove: 'Not deleted',
  settle: 'Not taken back',
};

/** Tone and words. */
function actionState({ kind, side, state }: ToldAction): readonly [string, string] {
  const where = side === null ? '' : ` in ${side === 'crm' ? 'the CRM' : 'Exchange'}`;
  switch (state) {
    case 'done':
      return [kind === 'remove' ? 'warn' : 'good', `${doneWords[kind]}${where}`];
    case 'failed':
    case 'dropped':
      return ['bad', `${undoneWords[kind]}${where}`];
    case 'rejected':
      return ['idle', `Rejected: ${undoneWords[kind].toLowerCase()}${where}`];
    case 'held':
      return ['warn', `Held back: ${undoneWords[kind].toLowerCase()}${where}`];
    case 'planned':
    case 'tried':
      return ['busy', `Under way${where}`];
  }
}

const changeHeads: Readonly<Record<ToldAction['kind'], readonly string[]>> = {
  create: ['Field', 'Value'],
  update: ['Field', 'Before', 'After'],
  remove: ['Field', 'Value'],
  settle: [],
};

function changesTable(kind: ToldAction['kind'], changes: readonly ToldChange[]): Html | null {
  if (changes.length === 0) return null;
  return html`<table class="changes">
    <thead>
      <tr>
        ${changeHeads[kind].map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${changes.map(
        ({ label, before, after }) =>
          html`<tr>
            <th scope="row">${label}</th>
            ${kind !== 'create' && valueCell(before)} ${kind !== 'remove' && valueCell(after)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function losersNote(losers: readonly ToldLoser[]): Html | null {
  if (losers.length === 0) return null;
  return html`<p class="muted small">
    In conflict: ${losers.map(({ label }) => label).join(', ')}. <a href="/conflicts">Conflicts</a> has what
    lost.
  </p>`;
}
