import type { Dashboard } from '../dashboard.ts';
import { activityChart } from './activity-chart.ts';
import { failuresSection } from './dashboard/failures-section.ts';
import { heldSection } from './dashboard/held-section.ts';
import { mailboxTable } from './dashboard/mailbox-table.ts';
import { runsSection } from './dashboard/runs-section.ts';
import { html, type Html } from './html.ts';
import { csrfField, productName } from './layout.ts';

/** The parts with a `data-part` are replaced one by one when the script refreshes the page. */
export function dashboardPage(dashboard: Dashboard): Html {
  return html`
    <div class="title-row" data-part="title">
      <div>
        <h1>${productName}</h1>
        <p class="muted">${summary(dashboard)}</p>
      </div>
      ${dashboard.reader.managing && dashboard.mailboxes.some(({ canSync }) => canSync) && syncAllForm(dashboard)}
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

function activitySection({ days }: Dashboard): Html {
  return html`<section class="card" aria-labelledby="activity-title">
    <h2 id="activity-title">Last ${days.length} days</h2>
    ${activityChart(days)}
  </section>`;
}
