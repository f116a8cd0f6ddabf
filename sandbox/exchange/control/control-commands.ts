/** What a control connection can ask of a sandbox: by name, what goes in and what comes out, all JSON. */
import type { ContactView } from '../exchange-store.ts';
import type { InjectedFault } from '../injected-fault.ts';
import type { ItemFailure } from '../item-failures.ts';
import type { ServerPolicy } from '../policy/server-policy.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import { checkFault } from '../injected-fault.ts';
import { checkItemFailure } from '../item-failures.ts';
import { isKnownFieldUri } from '../known-field-uris.ts';
import { checkPolicy } from '../policy/server-policy.ts';
import { milliseconds, nothing, objectOf, oneOf, optional, text } from './input-check.ts';
import type { Check } from './input-check.ts';

export interface MoveMailbox {
  /** `moving`: ErrorMailboxMoveInProgress; `moved`: elsewhere for good; `here`: back. */
  readonly phase: 'moving' | 'moved' | 'here';
  /** Where Autodiscover sends clients after the move. */
  readonly ewsUrl?: string;
}

/** A value of an item, under its field URI. */
type ControlValue = string | readonly string[];

export interface ControlCommands {
  inject: { readonly in: InjectedFault; readonly out: null };
  failItem: { readonly in: ItemFailure; readonly out: null };
  /** Takes back the faults and failures that nobody has met yet. */
  clearFaults: { readonly in: null; readonly out: null };
  touchChangeKey: { readonly in: { readonly itemId: string }; readonly out: null };
  invalidateSyncStates: { readonly in: { readonly address: string }; readonly out: null };
  moveMailbox: { readonly in: MoveMailbox & { readonly address: string }; readonly out: null };
  /** Ends every subscription, as a restart does. */
  dropSubscriptions: { readonly in: null; readonly out: null };
  /** Clients that are behind have missed events. */
  forgetEvents: { readonly in: { readonly address: string }; readonly out: null };
  unlock: { readonly in: { readonly address: string }; readonly out: null };
  setPolicy: { readonly in: ServerPolicy; readonly out: null };
  setLatency: { readonly in: { readonly latencyMs: number }; readonly out: null };
  requests: {
    readonly in: null;
    readonly out: { readonly total: number; readonly byOperation: Readonly<Record<string, number>> };
  };
  resetRequests: { readonly in: null; readonly out: null };
  contacts: {
    readonly in: { readonly address: string; readonly folder?: string };
    readonly out: readonly ContactView[];
  };
  countItems: { readonly in: { readonly address: string; readonly folder?: string }; readonly out: number };
  addContact: {
    readonly in: {
      readonly address: string;
      readonly values: Readonly<Record<string, ControlValue>>;
      readonly folder?: string;
    };
    readonly out: ContactView;
  };
  editItem: {
    /** null clears a value. */
    readonly in: { readonly itemId: string; readonly values: Readonly<Record<string, ControlValue | null>> };
    readonly out: ContactView;
  };
  removeItem: { readonly in: { readonly itemId: string }; readonly out: null };
  exportState: { readonly in: null; readonly out: SandboxState };
}

export type ControlCommand = keyof ControlCommands;

const address = objectOf<{ address: string }>({ address: text });
const itemId = objectOf<{ itemId: string }>({ itemId: text });
const folder = objectOf<ControlCommands['contacts']['in']>({ address: text, folder: optional(text) });

/** Each throws an Error of one sentence when the input is not what the command takes. */
export const INPUT_CHECKS: { readonly [C in ControlCommand]: Check } = {
  inject: checkFault,
  failItem: checkItemFailure,
  clearFaults: nothing,
  touchChangeKey: itemId,
  invalidateSyncStates: address,
  moveMailbox: objectOf<ControlCommands['moveMailbox']['in']>({
    address: text,
    phase: oneOf(['moving', 'moved', 'here']),
    ewsUrl: optional(webAddress),
  }),
  dropSubscriptions: nothing,
  forgetEvents: address,
  unlock: address,
  setPolicy: checkPolicy,
  setLatency: objectOf<ControlCommands['setLatency']['in']>({ latencyMs: milliseconds }),
  requests: nothing,
  resetRequests: nothing,
  contacts: folder,
  countItems: folder,
  addContact: objectOf<ControlCommands['addContact']['in']>({
    address: text,
    values: valuesOf(isControlValue),
    folder: optional(text),
  }),
  editItem: objectOf<ControlCommands['editItem']['in']>({
    itemId: text,
    values: valuesOf((one) => one === null || isControlValue(one)),
  }),
  removeItem: itemId,
  exportState: nothing,
};

function webAddress(value: unknown, what: string): void {
  if (typeof value !== 'string' || !/^https?:\/\//.test(value) || !URL.canParse(value))
    throw new Error(`${what} must be an http or https address.`);
}

function isControlValue(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}

function valuesOf(isValue: (value: unknown) => boolean): Check {
  return (values, what) => {
    if (typeof values !== 'object' || values === null || Array.isArray(values))
      throw new Error(`${what} must be an object of values by their field URIs.`);
    for (const [key, value] of Object.entries(values)) {
      const [uri = ''] = key.split('/');
      if (!isKnownFieldUri(uri) && !/^x:/.test(uri))
        throw new Error(`${what} names ${JSON.stringify(key)}, which is no field of Exchange.`);
      if (!isValue(value)) throw new Error(`${what} must hold texts or lists of texts: ${key} does not.`);
    }
  };
}
