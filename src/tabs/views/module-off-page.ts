import type { Mailbox } from '../../sync/administration.ts';
import type { Module } from '../../sync/model.ts';
import type { ModuleOff } from '../ports.ts';
import { html, type Html } from './html.ts';
import { csrfField } from './layout.ts';
import { counted, itemNames, moduleAddress, moduleNames } from './words.ts';

export interface ModuleOffPage {
  readonly mailbox: Mailbox;
  readonly module: Module;
  readonly off: Exclude<ModuleOff, { readonly kind: 'refused' }>;
  readonly csrfToken: string;
  /** The number was another one when it was confirmed. */
  readonly changed: boolean;
}

/** Asks before a folder goes to Deleted Items. */
export function moduleOffPage({ mailbox, module, off, csrfToken, changed }: ModuleOffPage): Html {
  return html`<section class="card confirm">
    <h1>Switch off ${moduleNames[module].toLowerCase()}?</h1>
    <p class="muted">${mailbox.address}</p>
    ${changed && html`<p class="notice warn" role="status">The folder holds other items than before. Look again.</p>`}
    <ul>
      ${
        off.kind === 'removes' &&
        html`<li>
          The folder “${off.folder}” goes to Deleted Items in Exchange, with
          ${counted(off.items, itemNames[module])}.
        </li>`
      }
      ${
        off.kind === 'removes' &&
        off.unseen > 0 &&
        html`<li>
          ${counted(off.unseen, itemNames[module])} of these were not looked at yet. If any of them is not in
          the CRM, or has changed since the last sync, nothing is removed.
        </li>`
      }
      ${off.kind === 'plain' && html`<li>Nothing is removed from Exchange.</li>`}
      <li>What is in the CRM stays.</li>
      ${
        off.kind === 'removes' &&
        html`<li>Switched on again, a new folder is made and filled from the CRM.</li>`
      }
    </ul>
    <form class="buttons" method="post" action="${moduleAddress(mailbox.id, module)}">
      ${csrfField(csrfToken)}
      <input type="hidden" name="state" value="off" />
      <input type="hidden" name="items" value="${off.kind === 'removes' ? off.items : ''}" />
      <button class="primary" type="submit">Switch off</button>
      <a class="button" href="/">Cancel</a>
    </form>
  </section>`;
}
