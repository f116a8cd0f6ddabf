/** Times in text: relative to now, and absolute in UTC until the page's script shows the reader's zone. */
import { html, type Html } from './html.ts';

const absolute = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

function absoluteTime(ms: number): string {
  return `${absolute.format(ms)} UTC`;
}

export function relativeTime(ms: number, nowMs: number): string {
  const seconds = Math.round((ms - nowMs) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return seconds > 0 ? 'in a moment' : 'just now';
  if (size < 45 * 60)
    return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / 60)), 'minute');
  if (size < 22 * 3600)
    return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / 3600)), 'hour');
  return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / 86400)), 'day');
}

/** Both forms, the relative one first. */
export function timeView(ms: number, nowMs: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}" data-time="relative">${relativeTime(ms, nowMs)}</time
    ><time class="absolute" datetime="${iso}" data-time="absolute">${absoluteTime(ms)}</time>`;
}
