/** The latest runs. */
import type { Dashboard } from '../../dashboard.ts';
import { html, type Html } from '../html.ts';
import { timeView } from '../time.ts';
import { moduleNames, runSummary, runWords } from '../words.ts';

/** What was only tried has no record of its items. */
function runName({ id, kind, module }: Dashboard['runs'][number]['run'], address: string): Html {
  return html`<span class="run-mailbox">
    ${kind === 'preview' ? moduleNames[module] : html`<a href="/history/${id}">${moduleNames[module]}</a>`}
    <span class="muted run-address">${address}</span>
  </span>`;
}

export function runsSection({ runs, nowMs }: Dashboard): Html {
  return html`<section class="card" aria-labelledby="runs-title">
    <div class="section-head">
      <h2 id="runs-title">Recent runs</h2>
      <a href="/history">All of the history</a>
    </div>
    ${
      runs.length === 0
        ? html`<p class="empty">No run yet.</p>`
        : html`<ul class="plain runs">
            ${runs.map(({ run, address }) => {
              const [tone, name] = runWords[run.state];
              return html`<li class="entry run">
                <span class="badge ${tone}">${run.kind === 'preview' ? `Preview: ${name}` : name}</span>
                ${runName(run, address)}
                <span class="run-counts">${runSummary(run)}</span>
                <span class="run-time">${timeView(run.startedAt, nowMs)}</span>
                ${run.error && html`<span class="reason">${run.error}</span>`}
              </li>`;
            })}
          </ul>`
    }
  </section>`;
}
