import { modules } from '../../sync/model.ts';
import type { Module } from '../../sync/model.ts';
import { formOf, guarded, loadedPrefix } from '../settings-form.ts';
import type { FormProblems, SettingsForm } from '../settings-form.ts';
import type { Settings } from '../../sync/administration.ts';
import { html, type Html } from './html.ts';
import { csrfField } from './layout.ts';
import { itemNames, moduleNames } from './words.ts';

export interface SettingsPage {
  /** As they are stored now. */
  readonly settings: Settings;
  readonly version: number;
  /** As they were typed; null: as they are stored. */
  readonly typed: SettingsForm | null;
  readonly problems: FormProblems;
  /** `changed`: somebody else saved meanwhile. */
  readonly outcome: 'saved' | 'wrong' | 'changed' | null;
  readonly csrfToken: string;
}

export const noProblems: FormProblems = { byField: new Map(), others: [] };

/** A form with what is in it, what is wrong with it, and what was stored meanwhile. */
interface Fields {
  value(name: string): string;
  problem(name: string): string | undefined;
  /** What somebody else stored there, where it is not what was typed. */
  stored(name: string): string | null;
}

function fieldsOf({ settings, typed, problems, outcome }: SettingsPage): Fields {
  const present = formOf(settings);
  const value = (name: string): string => (typed ?? present)[name] ?? '';
  return {
    value,
    problem: (name) => problems.byField.get(name),
    stored: (name) => (outcome === 'changed' && present[name] !== value(name) ? (present[name] ?? '') : null),
  };
}

export function settingsPage(page: SettingsPage): Html {
  const fields = fieldsOf(page);
  return html`
    <div class="title-row">
      <div>
        <h1>Settings</h1>
        <p class="muted">What is synced, and how. They hold for every mailbox.</p>
      </div>
    </div>
    ${outcomeNotice(page)}
    <form class="settings" method="post" action="/settings" novalidate>
      ${csrfField(page.csrfToken)}
      <input type="hidden" name="version" value="${page.version}" />
      ${Object.entries(formOf(page.settings)).map(
        ([name, value]) => html`<input type="hidden" name="${loadedPrefix}${name}" value="${value}" />`,
      )}
      <div class="module-cards">${modules.map((module) => moduleCard(module, fields))}</div>
      ${eventsCard(fields)} ${scheduleCard(fields)} ${guardCard(fields)}
      <div class="buttons save">
        <button class="primary" type="submit">Save</button>
        <a class="button" href="/settings">Discard what was typed</a>
      </div>
    </form>
  `;
}

function outcomeNotice({ outcome, problems }: SettingsPage): Html | null {
  switch (outcome) {
    case null:
      return null;
    case 'saved':
      return html`<p class="notice busy" role="status">
        Saved. The next run of each mailbox follows these settings.
      </p>`;
    case 'changed':
      return html`<p class="notice warn" role="alert">
        Somebody else saved the settings meanwhile, so nothing was saved now. What you changed is still here,
        with what is stored beside it where that is another; all else is as it is stored now. “Save” puts
        yours in its place.
      </p>`;
    case 'wrong':
      return html`<div class="notice bad" role="alert">
        <p>Nothing was saved: something is wrong where it is marked.</p>
        ${problems.others.map(({ path, message }) => html`<p>${path}: ${message}</p>`)}
      </div>`;
  }
}

function moduleCard(module: Module, fields: Fields): Html {
  const at = (name: string): string => `modules.${module}.${name}`;
  const [one, many] = itemNames[module];
  const article = module === 'events' ? 'An' : 'A';
  return html`<fieldset class="card module-card">
    <legend>${moduleNames[module]}</legend>
    ${tick(fields, at('enabled'), `Sync ${many}`, {
      hint: `Switched off, nothing is removed: the ${many} of both sides stay where they are, and their links too.`,
    })}
    ${choice(fields, at('way'), 'Direction', [
      ['twoWay', 'Both ways'],
      ['crmToExchange', 'One way, from the CRM to Exchange'],
      ['exchangeToCrm', 'One way, from Exchange to the CRM'],
    ])}
    <div class="two-way-only">
      ${choice(
        fields,
        at('winner'),
        'When both sides changed the same field',
        [
          ['crm', 'The CRM wins'],
          ['exchange', 'Exchange wins'],
        ],
        { hint: 'The value that loses is kept under Conflicts.' },
      )}
    </div>
    ${tick(fields, at('deletes.crm'), `${article} ${one} deleted in the CRM is deleted in Exchange`, {
      hint: 'It goes to Deleted Items.',
    })}
    ${tick(fields, at('deletes.exchange'), `${article} ${one} deleted in Exchange is deleted in the CRM`, {
      hint: 'Otherwise it stays in the CRM, the pair ends, and nothing comes back.',
    })}
    ${input(fields, at('firstSyncCap'), `At most so many ${many} go to Exchange in a first sync`, {
      hint: `For each mailbox; empty: no limit.${module === 'events' ? ' What comes next goes first.' : ''}`,
      short: true,
    })}
    <p><a href="/settings/mapping/${module}">Which field of Exchange is which of the CRM</a></p>
  </fieldset>`;
}

function eventsCard(fields: Fields): Html {
  return html`<fieldset class="card">
    <legend>Which events</legend>
    <div class="limits">
      <div class="limit">
        ${input(fields, 'eventWindow.pastDays', 'Leave out what ended more than so many days ago', {
          hint: 'Empty: however old.',
          short: true,
        })}
      </div>
      <div class="limit">
        ${input(fields, 'eventWindow.futureDays', 'Leave out what begins in more than so many days', {
          hint: 'Empty: however far ahead.',
          short: true,
        })}
      </div>
      <div class="limit">
        ${choice(fields, 'privateItems', 'Private events reach the CRM', [
          ['busy', 'As “Busy”, without details'],
          ['full', 'With all details'],
          ['skip', 'Not at all'],
        ])}
      </div>
    </div>
    <p class="hint">
      What is left out stays where it is. What is synced already stays in sync, wherever it lies; nothing is
      deleted.
    </p>
  </fieldset>`;
}

function scheduleCard(fields: Fields): Html {
  return html`<fieldset class="card">
    <legend>Schedule</legend>
    <div class="schedule">
      <div class="option">
        ${radio(fields, 'schedule.kind', 'interval', 'Again and again')}
        ${input(fields, 'schedule.everyMinutes', 'Minutes between two runs of a mailbox', { short: true })}
      </div>
      <div class="option">
        ${radio(fields, 'schedule.kind', 'cron', 'At set times')}
        ${input(fields, 'schedule.cron', 'Cron expression', {
          hint: 'Minute, hour, day of month, month, day of week: “0 6-20 * * 1-5” is each hour of working days.',
        })}
        ${input(fields, 'schedule.zone', 'Time zone', { hint: 'An IANA name such as Europe/Berlin.' })}
      </div>
    </div>
  </fieldset>`;
}

const guardNames: Readonly<Record<(typeof guarded)[number], string>> = {
  removes: 'Deletions',
  overwrites: 'Overwritten values',
  creates: 'New items',
};

function guardCard(fields: Fields): Html {
  return html`<fieldset class="card">
    <legend>Held back for approval</legend>
    <p class="muted">
      What is more than this within 24 hours waits on the dashboard until a manager decides: more than the
      number and more than the share of the links of a mailbox.
    </p>
    <div class="limits">
      ${guarded.map(
        (what) =>
          html`<div class="limit">
            ${input(fields, `guard.${what}.count`, `${guardNames[what]}, number`, {
              short: true,
            })}
            ${input(fields, `guard.${what}.share`, `${guardNames[what]}, per cent`, { short: true })}
          </div>`,
      )}
      <div class="limit">
        ${input(fields, 'guard.pauseDays', 'Each deletion after so many days without a run', { short: true })}
      </div>
    </div>
  </fieldset>`;
}

interface FieldOptions {
  readonly hint?: string;
  /** Of a few characters. */
  readonly short?: boolean;
}

function idOf(name: string): string {
  return name.replaceAll('.', '-');
}

/** What stands below a field: the hint, what is wrong, what is stored. Its ids name it to the field. */
function notes(
  fields: Fields,
  name: string,
  { hint }: FieldOptions,
): { readonly ids: string; readonly below: Html } {
  const id = idOf(name);
  const problem = fields.problem(name);
  const stored = fields.stored(name);
  const ids = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(problem === undefined ? [] : [`${id}-problem`]),
    ...(stored === null ? [] : [`${id}-stored`]),
  ];
  const below = html`${hint !== undefined && html`<span class="hint" id="${id}-hint">${hint}</span>`}
  ${problem !== undefined && html`<span class="problem" id="${id}-problem">${problem}</span>`}
  ${stored !== null && html`<span class="stored" id="${id}-stored">Stored meanwhile: ${storedText(stored)}</span>`}`;
  return { ids: ids.join(' '), below };
}

function storedText(text: string): string {
  return text === '' ? 'empty or off' : text;
}

function described(fields: Fields, name: string, ids: string): Html {
  return html`${ids !== '' && html`aria-describedby="${ids}"`}
  ${fields.problem(name) !== undefined && html`aria-invalid="true"`}`;
}

function input(fields: Fields, name: string, label: string, options: FieldOptions): Html {
  const { ids, below } = notes(fields, name, options);
  const id = idOf(name);
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${name}"
      value="${fields.value(name)}"
      autocomplete="off"
      ${options.short === true && html`class="short" inputmode="decimal"`}
      ${described(fields, name, ids)}
    />
    ${below}
  </div>`;
}

function choice(
  fields: Fields,
  name: string,
  label: string,
  choices: readonly (readonly [value: string, name: string])[],
  options: FieldOptions = {},
): Html {
  const { ids, below } = notes(fields, name, options);
  const id = idOf(name);
  const present = fields.value(name);
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <select id="${id}" name="${name}" ${described(fields, name, ids)}>
      ${choices.map(
        ([value, text]) =>
          html`<option value="${value}" ${value === present && html`selected`}>${text}</option>`,
      )}
    </select>
    ${below}
  </div>`;
}

function tick(fields: Fields, name: string, label: string, options: FieldOptions): Html {
  const { ids, below } = notes(fields, name, options);
  const id = idOf(name);
  return html`<div class="field tick">
    <input
      id="${id}"
      name="${name}"
      type="checkbox"
      value="on"
      ${fields.value(name) === 'on' && html`checked`}
      ${described(fields, name, ids)}
    />
    <label for="${id}">${label}</label>
    ${below}
  </div>`;
}

function radio(fields: Fields, name: string, value: string, label: string): Html {
  const id = `${idOf(name)}-${value}`;
  return html`<div class="field tick">
    <input
      id="${id}"
      name="${name}"
      type="radio"
      value="${value}"
      ${fields.value(name) === value && html`checked`}
    />
    <label for="${id}">${label}</label>
  </div>`;
}
