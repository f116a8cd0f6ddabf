import type { HistoryList } from '../history.ts';
import { filterForm, liveNotices, pagesByNumber } from './history-parts.ts';
import { html, type Html } from './html.ts';
import { timeView } from './time.ts';
import { moduleNames, runSummary, runWords, triggerWords } from './words.ts';

export function historyPage(list: HistoryList): Html {
  const { runs, nowMs, query, older } = list;
  return html`
    <div class="title-row">
      <div>
        <h1>History</h1>
        <p class="muted">Runs that changed something, failed, or hold something back.</p>
      </div>
    </div>
    ${liveNotices}
    <section class="card" aria-label="Runs">
      ${filterForm('/history', list)}
      <div data-part="history">
        ${
          runs.length === 0
            ? html`<p class="empty">No such run${query.before !== null && ' before that'}.</p>`
            : html`<ul class="plain runs">
                ${runs.map(({ run, address }) => {
                  const [tone, name] = runWords[run.state];
                  return html`<li class="entry run">
                    <span class="badge ${tone}">${name}</span>
                    <span class="run-mailbox">
                      <a href="/history/${run.id}">Run ${run.id}: ${moduleNames[run.module]}</a>
                      <span class="muted run-address">${address}</span>
                    </span>
                    <span class="run-counts">
                      ${runSummary(run)}
                      <span class="muted run-address">${triggerWords(run.trigger).text}</span>
                    </span>
                    <span class="run-time">${timeView(run.startedAt, nowMs)}</span>
                    ${run.error && html`<span class="reason">${run.error}</span>`}
                  </li>`;
                })}
              </ul>`
        }
        ${pagesByNumber('/history', list, older)}
      </div>
    </section>
  `;
}
