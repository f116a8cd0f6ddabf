/** Asks before something is taken back. */
import type { ToldChange } from '../../sync/told-actions.ts';
import type { RunPage, ToldAction } from '../history.ts';
import { titleOf, valueCell } from './history-parts.ts';
import { html, type Html } from './html.ts';
import { csrfField } from './layout.ts';
import { counted, itemNames, moduleNames } from './words.ts';

export interface UndoPlanPage {
  readonly page: RunPage;
  /** Null: the whole run. */
  readonly item: ToldAction | null;
}

export function undoPage({ page, item }: UndoPlanPage): Html {
  const { run, mailbox, reader } = page;
  const back = `/history/${run.id}`;
  return html`<section class="card confirm">
    <h1>Undo ${item === null ? `run ${run.id}` : `“${titleOf(item)}”`}?</h1>
    <p class="muted">${moduleNames[run.module]} of ${mailbox.address}</p>
    <ul>
      ${(item === null ? wholeRun(page) : [itemUndo(item)]).map((text) => html`<li>${text}</li>`)}
    </ul>
    ${item?.content && item.kind === 'update' && backTable(item.content.changes)}
    <p>
      What somebody changed since stays as it is. The undo is a run of its own: it is told in the history,
      with what it left, and can itself be undone.
    </p>
    <form class="buttons" method="post" action="${back}/undo">
      ${csrfField(reader.csrfToken)}
      ${item !== null && html`<input type="hidden" name="item" value="${item.id}" />`}
      <button class="primary" type="submit">Undo</button>
      <a class="button" href="${back}">Cancel</a>
    </form>
  </section>`;
}

function wholeRun({ run, totals }: RunPage): string[] {
  return totals
    .filter(({ state, side, items }) => state === 'done' && side !== null && items > 0)
    .map(({ kind, side, items }) => {
      const what = counted(items, itemNames[run.module]);
      const [was, they] = items === 1 ? ['was', 'it'] : ['were', 'they'];
      return undoSentence(kind, side, `${what} that ${was}`, they, items === 1);
    });
}

function itemUndo({ kind, side }: ToldAction): string {
  return undoSentence(kind, side, 'It was', 'it', true);
}

function undoSentence(
  kind: ToldAction['kind'],
  side: ToldAction['side'],
  subject: string,
  they: string,
  single: boolean,
): string {
  const where = side === 'crm' ? 'the CRM' : 'Exchange';
  const joint = subject.startsWith('It') ? `, and ${they}` : '';
  switch (kind) {
    case 'create':
      return `${subject} created in ${where}${joint} ${single ? 'is' : 'are'} deleted there${side === 'exchange' ? ', into Deleted Items' : ''}.`;
    case 'update':
      return `${subject} changed in ${where}${joint} ${single ? 'gets' : 'get'} the values of before, on both sides.`;
    case 'remove':
      return `${subject} deleted in ${where}${joint} ${single ? 'is' : 'are'} made again there, and with the next run on the other side.`;
    case 'settle':
      return '';
  }
}

function backTable(changes: readonly ToldChange[]): Html {
  return html`<table class="changes">
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">From</th>
        <th scope="col">Back to</th>
      </tr>
    </thead>
    <tbody>
      ${changes.map(
        ({ label, before, after }) =>
          html`<tr>
            <th scope="row">${label}</th>
            ${valueCell(after)} ${valueCell(before)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
