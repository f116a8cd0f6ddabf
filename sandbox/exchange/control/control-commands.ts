/** What a control connection can ask of a sandbox: by name, what goes in and what comes out, all JSON. */
import type { ContactView } from '../exchange-store.ts';
import type { InjectedFault } from '../injected-fault.ts';
import type { ItemFailure } from '../item-failures.ts';
import type { ServerPolicy } from '../policy/server-policy.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import type { PropertyValue } from '../stored-item.ts';

export interface MoveMailbox {
  /** `moving`: ErrorMailboxMoveInProgress; `moved`: elsewhere for good; `here`: back. */
  readonly phase: 'moving' | 'moved' | 'here';
  /** Where Autodiscover sends clients after the move. */
  readonly ewsUrl?: string;
}

export interface ControlCommands {
  inject: { readonly in: InjectedFault; readonly out: null };
  failItem: { readonly in: ItemFailure; readonly out: null };
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
      readonly values: Readonly<Record<string, PropertyValue>>;
      readonly folder?: string;
    };
    readonly out: ContactView;
  };
  editItem: {
    /** null clears a value. */
    readonly in: { readonly itemId: string; readonly values: Readonly<Record<string, PropertyValue | null>> };
    readonly out: ContactView;
  };
  removeItem: { readonly in: { readonly itemId: string }; readonly out: null };
  exportState: { readonly in: null; readonly out: SandboxState };
}

export type ControlCommand = keyof ControlCommands;
