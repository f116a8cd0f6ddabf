import { fieldsOf } from '../../sync/fields.ts';
import type { MappingLine } from '../../sync/mapping.ts';
import { modules, type Module } from '../../sync/model.ts';
import { html, type Html } from './html.ts';
import { csrfField } from './layout.ts';
import { moduleNames } from './words.ts';

/** Stands in the form for a field that is not synced. */
export const notSynced = '-';

export type MappingNotice = 'saved' | 'wrong' | 'stale';

export interface MappingView {
  readonly module: Module;
  /** Of the settings shown. */
  readonly version: number;
  readonly lines: readonly MappingLine[];
  /** As they are stored, where the lines show what was chosen. */
  readonly stored: readonly MappingLine[];
  /** By field of the CRM. */
  readonly problems: ReadonlyMap<string, string>;
  readonly notice: MappingNotice | null;
  readonly csrfToken: string;
}

const notices: Readonly<Record<MappingNotice, readonly [tone: string, role: string, text: string]>> = {
  saved: [
    'busy',
    'status',
    'Saved. With the next run of each mailbox every item whose fields changed is read and compared again.',
  ],
  wrong: ['bad', 'alert', 'Nothing was saved: some fields cannot be mapped like this.'],
  stale: [
    'warn',
    'alert',
    'Nothing was saved: someone else saved the settings meanwhile. What you changed is still here, all else is as it is stored now; look it through and save again.',
  ],
};

export function mappingPage(view: MappingView): Html {
  const { module, version, lines, stored, notice, csrfToken } = view;
  return html`
    <div class="title-row">
      <div>
        <h1>Fields of ${moduleNames[module].toLowerCase()}</h1>
        <p class="muted">
          Which field of Exchange each field of the CRM is. Two filled values of a field that is mapped anew
          are a conflict, and many of them wait for approval.
        </p>
      </div>
      <nav class="tabs" aria-label="Modules">
        ${modules.map(
          (one) =>
            html`<a href="/settings/mapping/${one}" ${one === module && html`aria-current="page"`}
              >${moduleNames[one]}</a
            >`,
        )}
      </nav>
    </div>
    ${notice !== null && noticeLine(notices[notice])}
    <form class="card" method="post" action="/settings/mapping/${module}">
      ${csrfField(csrfToken)}
      <input type="hidden" name="version" value="${version}" />
      ${stored.map(
        ({ field, exchange }) =>
          html`<input type="hidden" name="loaded.${field}" value="${exchange ?? notSynced}" />`,
      )}
      <table class="mapping">
        <thead>
          <tr>
            <th scope="col">CRM</th>
            <th scope="col">Exchange</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map((line) => lineRow(line, view))}
        </tbody>
      </table>
      <div class="buttons">
        <button class="primary" type="submit">Save</button>
        <a class="button" href="/settings">Back to the settings</a>
      </div>
    </form>
  `;
}

function noticeLine([tone, role, text]: (typeof notices)[MappingNotice]): Html {
  return html`<p class="notice ${tone}" role="${role}">${text}</p>`;
}

function lineRow(line: MappingLine, { module, problems }: MappingView): Html {
  const { field, label, exchange, supported } = line;
  const problem = problems.get(field);
  const id = `field-${field}`;
  const isDefault = exchange === field;
  return html`<tr ${!isDefault && html`class="deviates"`}>
    <th scope="row"><label for="${id}">${label}</label></th>
    <td>
      ${
        isChoice(line)
          ? html`<select
              id="${id}"
              name="field.${field}"
              ${problem !== undefined && html`aria-invalid="true" aria-describedby="${id}-problem"`}
            >
              ${options(line, module)}
            </select>`
          : html`<span id="${id}" class="muted">${labelOf(module, field)}, always</span>`
      }
      ${!supported && html`<span class="muted small">This release of Exchange cannot hold it.</span>`}
      ${problem !== undefined && html`<span class="reason bad-text" id="${id}-problem">${problem}</span>`}
    </td>
  </tr>`;
}

/** Whether there is anything to choose; a line that is wrong as it stands has to be put right. */
function isChoice({ field, exchange, choices, maySwitchOff }: MappingLine): boolean {
  return maySwitchOff || choices.length > 1 || exchange !== field;
}

function options({ field, exchange, choices, maySwitchOff }: MappingLine, module: Module): Html[] {
  const offered = exchange === null || choices.includes(exchange) ? choices : [...choices, exchange];
  const names = [field, ...offered.filter((name) => name !== field)].filter((name) => offered.includes(name));
  return [
    ...names.map(
      (name) =>
        html`<option value="${name}" ${name === exchange && 'selected'}>${labelOf(module, name)}</option>`,
    ),
    ...(maySwitchOff || exchange === null
      ? [html`<option value="${notSynced}" ${exchange === null && 'selected'}>Not synced</option>`]
      : []),
  ];
}

function labelOf(module: Module, name: string): string {
  return fieldsOf[module].find((spec) => spec.name === name)?.label ?? name;
}
