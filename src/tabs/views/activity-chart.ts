/** Bars of what was done and what failed, day by day. */
import type { Dashboard } from '../dashboard.ts';
import { html, type Html } from './html.ts';

const width = 420;
const height = 120;
const base = 100;
const dayName = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

export function activityChart(days: Dashboard['days']): Html {
  const done = days.reduce((sum, day) => sum + day.done, 0);
  const failed = days.reduce((sum, day) => sum + day.failed, 0);
  const tallest = Math.max(1, ...days.map((day) => day.done + day.failed));
  const step = width / Math.max(1, days.length);
  const heightOf = (count: number): number =>
    count === 0 ? 0 : Math.max(2, (count / tallest) * (base - 10));
  const label = (day: string): string => dayName.format(new Date(day));
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="chart-title">
      <title id="chart-title">
        ${done} items synced and ${failed} failed in the last ${days.length} days
      </title>
      <line class="axis" x1="0" x2="${width}" y1="${base}" y2="${base}" />
      ${days.map((day, index) => {
        const x = index * step + step * 0.15;
        const doneHeight = heightOf(day.done);
        const failedHeight = heightOf(day.failed);
        return html`<g>
          <title>${label(day.day)}: ${day.done} synced, ${day.failed} failed</title>
          <rect class="hit" x="${index * step}" y="0" width="${step}" height="${base}" />
          <rect
            class="done"
            x="${x}"
            y="${base - doneHeight}"
            width="${step * 0.7}"
            height="${doneHeight}"
            rx="2"
          />
          <rect
            class="failed"
            x="${x}"
            y="${base - doneHeight - failedHeight}"
            width="${step * 0.7}"
            height="${failedHeight}"
            rx="2"
          />
        </g>`;
      })}
      <text x="0" y="${height - 4}">${label(days[0]?.day ?? '')}</text>
      <text x="${width}" y="${height - 4}" text-anchor="end">${label(days.at(-1)?.day ?? '')}</text>
    </svg>
    <p class="legend">
      <span class="key done">${done} synced</span>
      <span class="key failed">${failed} failed</span>
    </p>`;
}
