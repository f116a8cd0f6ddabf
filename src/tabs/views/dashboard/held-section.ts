/** What waits for a person to decide. */
import type { HeldSummary } from '../../../sync/reports.ts';
import type { Dashboard } from '../../dashboard.ts';
import { html, type Html } from '../html.ts';
import { csrfField } from '../layout.ts';
import { itemNames } from '../words.ts';

export function heldSection({ held, reader }: Dashboard): Html | null {
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
  const [one, many] = kind === 'create' ? itemNames[module].map((name) => `new ${name}`) : heldWords[kind];
  const what = count === 1 ? `1 ${one}` : `${count} ${many}`;
  const where = side ? ` in ${side === 'crm' ? 'the CRM' : 'Exchange'}` : '';
  return `${what}${where} ${count === 1 ? 'is' : 'are'} held back`;
}

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
