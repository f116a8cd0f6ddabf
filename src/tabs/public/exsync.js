// Live progress and local times for the dashboard. Everything works without it, too, by loading the page again.

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const clockTime = { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' };
const thisYear = new Intl.DateTimeFormat(undefined, clockTime);
const otherYear = new Intl.DateTimeFormat(undefined, { ...clockTime, year: 'numeric' });
const countNames = ['created', 'updated', 'deleted', 'conflicts', 'failed'];
const refreshEveryMs = 500;

function relativeTime(ms) {
  const seconds = Math.round((ms - Date.now()) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return seconds > 0 ? 'in a moment' : 'just now';
  if (size < 45 * 60)
    return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / 60)), 'minute');
  if (size < 22 * 3600)
    return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / 3600)), 'hour');
  return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / 86400)), 'day');
}

function absoluteTime(ms) {
  const near = new Date(ms).getFullYear() === new Date().getFullYear();
  return (near ? thisYear : otherYear).format(ms);
}

function showTimes() {
  for (const element of document.querySelectorAll('time[data-time]')) {
    const ms = Date.parse(element.dateTime);
    const text = element.dataset.time === 'relative' ? relativeTime(ms) : absoluteTime(ms);
    if (element.textContent !== text) element.textContent = text;
  }
}

/** By mailbox whose sync was asked for on this page, and only these are announced: the modules that are not done yet. */
const asked = new Map();

function announce(text) {
  const announcer = document.getElementById('announcer');
  if (announcer) announcer.textContent = text;
}

function bodiesOf(mailboxId, module) {
  return [...document.querySelectorAll('tbody[data-mailbox]')].filter(
    (body) => body.dataset.mailbox === mailboxId && body.dataset.module === module,
  );
}

function showProgress({ mailboxId, module, phase, counts }) {
  for (const body of bodiesOf(mailboxId, module)) {
    if (phase !== 'finished') showBusy(body, phase === 'running' ? 'Syncing' : 'Waiting');
    if (counts) showCounts(body, counts);
    announceProgress(mailboxId, module, phase, body.dataset.address);
  }
  if (phase === 'finished') refreshSoon();
}

/** Once when it begins and once when every module is done: a mailbox is one thing to the person who asked. */
function announceProgress(mailboxId, module, phase, address) {
  const request = asked.get(mailboxId);
  if (!request) return;
  if (phase === 'running' && !request.begun) {
    request.begun = true;
    announce(`${address}: syncing`);
  }
  if (phase !== 'finished') return;
  request.open.delete(module);
  if (request.open.size > 0) return;
  asked.delete(mailboxId);
  announce(`${address}: sync finished`);
}

function modulesOf(mailboxId) {
  return [...document.querySelectorAll('tbody[data-mailbox]')]
    .filter((body) => body.dataset.mailbox === mailboxId)
    .map((body) => body.dataset.module);
}

function showBusy(body, name) {
  const badge = document.createElement('span');
  badge.className = 'badge busy';
  badge.textContent = name;
  body.querySelector('[data-cell="state"]')?.replaceChildren(badge);
}

function showCounts(body, counts) {
  for (const side of ['crm', 'exchange']) {
    for (const name of countNames) {
      const cell = body.querySelector(`[data-count="${side}.${name}"]`);
      if (!cell) continue;
      const count = counts[side][name];
      cell.textContent = String(count);
      cell.classList.toggle('zero', count === 0);
    }
  }
}

let refreshTimer = null;
function refreshSoon() {
  refreshTimer ??= setTimeout(() => {
    refreshTimer = null;
    void refresh();
  }, refreshEveryMs);
}

/** Loads the page once more and exchanges its parts, keeping what the reader has in hand. */
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
  if (response?.status === 401) return location.reload();
  if (!response?.ok) return showOffline(true);
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-part]')) {
    const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (next) replaceKeepingFocus(part, next);
  }
  showTimes();
}

function replaceKeepingFocus(part, next) {
  const focused = part.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  part.replaceWith(document.adoptNode(next));
  if (!focused) return;
  [...next.querySelectorAll('button, a')].find((element) => nameOf(element) === focused)?.focus();
}

function nameOf(element) {
  return element.getAttribute('aria-label') ?? element.textContent;
}

function showOffline(offline) {
  const notice = document.getElementById('offline');
  if (notice) notice.hidden = !offline;
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  button.setAttribute('aria-busy', 'true');
  button.disabled = true;
  const answer = await fetch(form.action, {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body,
  }).catch(() => null);
  button.removeAttribute('aria-busy');
  button.disabled = false;
  if (answer?.status === 202) {
    const one = /\/mailboxes\/([^/]+)\//.exec(form.action)?.[1];
    if (one) {
      const mailboxId = decodeURIComponent(one);
      asked.set(mailboxId, { begun: false, open: new Set(modulesOf(mailboxId)) });
    }
    announce('Asked for. The table shows how it goes.');
    refreshSoon();
  } else {
    // The page that comes back says what was wrong; loading the dashboard again is the way on.
    announce('That did not work. Reload the page and try again.');
    showOffline(true);
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute('data-live-form')) return;
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement)) return;
  event.preventDefault();
  void send(form, button);
});

showTimes();
setInterval(showTimes, 20_000);

if (document.getElementById('announcer')) {
  const source = new EventSource('/events');
  let interrupted = false;
  source.addEventListener('progress', (event) => showProgress(JSON.parse(event.data)));
  source.addEventListener('ready', () => {
    showOffline(false);
    document.documentElement.dataset.live = 'on';
    if (interrupted) refreshSoon();
    interrupted = false;
  });
  source.addEventListener('error', () => {
    interrupted = true;
    document.documentElement.dataset.live = 'off';
    showOffline(true);
    // Closed for good: the session has ended, which the page itself then says.
    if (source.readyState === EventSource.CLOSED) refreshSoon();
  });
}
