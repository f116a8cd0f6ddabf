/** A side that lives in memory: keeps versions as strictly as a real one, and fails in the ways real ones do when asked. */
import { CursorLostError, RemoteError } from '../../src/errors.ts';
import { fieldsIn, fieldsOf } from '../../src/sync/fields.ts';
import type { Item, Module, ScopeReason, Side, Value, Values } from '../../src/sync/model.ts';
import { keyFieldsOf } from '../../src/sync/natural-keys.ts';
import {
  anyOccurrence,
  isOccurrenceName,
  occurrenceName,
  occurrencePlace,
} from '../../src/sync/occurrences.ts';
import type {
  Capabilities,
  Change,
  ChangeOptions,
  ChangePage,
  Failure,
  Place,
  SyncSide,
  Target,
  WriteResult,
} from '../../src/sync/ports.ts';

export type Method =
  'scope' | 'presentCursor' | 'changes' | 'read' | 'create' | 'update' | 'remove' | 'find' | 'locate';

export interface MemoryOptions {
  readonly side: Side;
  /** What ids begin with, where several systems must not share them; the side unless said otherwise. */
  readonly name?: string;
  /** What its items are; contacts unless said otherwise. */
  readonly module?: Module;
  readonly unsupported?: readonly string[];
  readonly separate?: readonly string[];
  /** What it sets by itself on each item that is made through the side: nobody can write that. */
  readonly setsItself?: readonly string[];
  readonly batchSize?: number;
  readonly pageSize?: number;
  /** What the server makes of values it is given: trimming, cutting, spelling. */
  readonly normalize?: (values: Values) => Values;
  /** The version moves once more by itself right after each of our writes. */
  readonly restless?: boolean;
  /** Whether changes carry the whole item. */
  readonly ridesAlong?: boolean;
}

/** What happens instead of (or after) the next call of a method. */
export type Fault =
  /** The call is never carried out. */
  | { readonly kind: 'lostRequest'; readonly error: Error }
  /** The call is carried out, its answer never comes. */
  | { readonly kind: 'lostAnswer'; readonly error: Error };

type Folder = 'home' | 'elsewhere' | 'deletedItems';

interface Stored {
  readonly id: string;
  readonly identity: string | null;
  readonly stamp: string | null;
  ownerId: string | null;
  skip: ScopeReason | null;
  folder: Folder;
  values: Record<string, Value>;
  revision: number;
  sequence: number;
  readonly born: number;
}

export interface Call {
  readonly method: Method;
  /** Ids or stamps asked for. */
  readonly ids: readonly string[];
}

export function remoteError(
  side: Side,
  more: { retryable?: boolean; outcomeUnknown?: boolean } = {},
): RemoteError {
  return new RemoteError({
    side,
    code: 'Test',
    message: `${side} does not answer`,
    retryable: true,
    ...more,
  });
}

/** The system behind the side, with the hands of the people who work in it. */
export class MemorySystem {
  readonly calls: Call[] = [];
  /** The reason why this item cannot be written, or null: one bad item in a batch. */
  itemFailure: (
    method: 'create' | 'update' | 'remove' | 'read',
    item: { id: string | null; values: Values },
  ) => Failure | null = () => null;
  /** Runs before a call is carried out: somebody works in the system at that very moment. */
  meanwhile: (call: Call) => void = () => undefined;
  /** The id of the folder that is synced. */
  folderId: string;
  readonly #options: MemoryOptions;
  readonly #items = new Map<string, Stored>();
  readonly #tombstones = new Map<string, number>();
  readonly #faults = new Map<Method, Fault[]>();
  #epoch = 1;
  #sequence = 0;
  #lastId = 0;

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.folderId = options.side === 'crm' ? 'contacts' : 'folder-1';
  }

  // people

  add(values: Values, more: { ownerId?: string; skip?: ScopeReason; stamp?: string } = {}): string {
    return this.#insert(values, more.stamp ?? null, more.ownerId ?? null, more.skip ?? null, null).id;
  }

  change(id: string, values: Values): void {
    const item = this.#get(id);
    Object.assign(item.values, values);
    // An imported record is one of ours from its first change on.
    if (item.skip === 'imported') item.skip = null;
    this.#touch(item);
  }

  give(id: string, ownerId: string): void {
    const item = this.#get(id);
    item.ownerId = ownerId;
    this.#touch(item);
  }

  /** On Exchange the item goes to Deleted Items. */
  delete(id: string): void {
    const item = this.#get(id);
    this.#leave(item, this.#options.side === 'crm' ? null : 'deletedItems');
  }

  /** Moves an item into another folder; there it has another id, its stamp and its identity stay. Returns the new id. */
  move(id: string, folder: Folder): string {
    const item = this.#items.get(id);
    if (!item) throw new Error(`no item ${id}`);
    this.#leave(item, null);
    const moved = this.#insert(item.values, item.stamp, item.ownerId, item.skip, item.identity);
    moved.folder = folder;
    return moved.id;
  }

  /** Puts an item from Deleted Items back; returns its new id. */
  restore(identity: string): string {
    const item = [...this.#items.values()].find(
      (one) => one.identity === identity && one.folder === 'deletedItems',
    );
    if (!item) throw new Error(`nothing to restore for ${identity}`);
    return this.move(item.id, 'home');
  }

  /** The version moves, the content does not. */
  touch(id: string): void {
    this.#touch(this.#get(id));
  }

  forgetCursors(): void {
    this.#epoch += 1;
  }

  /** Every item is gone and the system does not say so in its changes: an empty read. */
  wipeSilently(): void {
    for (const item of this.#present()) this.#items.delete(item.id);
  }

  // what a test looks at

  fail(method: Method, fault: Fault): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), fault]);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  /** The items in the synced folder, oldest first. */
  list(ownerId?: string): Item[] {
    return this.#present()
      .filter((item) => ownerId === undefined || item.ownerId === ownerId)
      .sort((one, other) => one.born - other.born)
      .map((item) => this.#toItem(item));
  }

  /** Every item that is not in Deleted Items, in whatever folder. */
  everywhere(): Item[] {
    return [...this.#items.values()]
      .filter((item) => item.folder !== 'deletedItems')
      .map((item) => this.#toItem(item));
  }

  /** What may be put back: the identities of what lies in Deleted Items. */
  deletedItems(): Item[] {
    return [...this.#items.values()]
      .filter((item) => item.folder === 'deletedItems')
      .map((item) => this.#toItem(item));
  }

  /** Items somebody moved to another folder. */
  movedAway(): Item[] {
    return [...this.#items.values()]
      .filter((item) => item.folder === 'elsewhere')
      .map((item) => this.#toItem(item));
  }

  get(id: string): Item {
    return this.#toItem(this.#get(id));
  }

  has(id: string): boolean {
    return this.#items.get(id)?.folder === 'home';
  }

  count(method: Method): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  /** How many items were asked for or written by a method. */
  countItems(method: Method): number {
    return this.calls.filter((call) => call.method === method).reduce((sum, { ids }) => sum + ids.length, 0);
  }

  get writes(): number {
    return this.countItems('create') + this.countItems('update') + this.countItems('remove');
  }

  // the side

  /** `ownerId`: whose the records are that are created through it. */
  sideFor(ownerId: string | null = null): SyncSide {
    const { side } = this.#options;
    return {
      side,
      capabilities: () => this.#capabilities(),
      scope: () => this.#call('scope', [], () => this.folderId),
      presentCursor: () =>
        this.#call('presentCursor', [], () => (side === 'crm' ? this.#cursor(this.#sequence) : null)),
      changes: (_module, cursor, options) => this.#changes(cursor, options),
      read: (_module, ids) =>
        this.#call('read', ids, () =>
          ids.map((id) => {
            const item = this.#items.get(id);
            if (item?.folder !== 'home') return { kind: 'gone' as const };
            const failure = this.itemFailure('read', item);
            return failure
              ? { kind: 'failed' as const, failure }
              : { kind: 'item' as const, item: this.#toItem(item) };
          }),
        ),
      create: (_module, drafts) =>
        this.#call(
          'create',
          drafts.map(({ stamp }) => stamp),
          () =>
            drafts.map(({ stamp, values }): WriteResult => {
              this.#refuse(
                values,
                Object.keys(values).filter((field) => this.#isSeparate(field)),
              );
              const failure = this.itemFailure('create', { id: null, values });
              if (failure) return { kind: 'failed', failure };
              const item = this.#insert(this.#normalized(values), stamp, ownerId, null, null);
              for (const field of this.#options.setsItself ?? [])
                item.values[field] = `${field} of ${item.id}`;
              return this.#written(item);
            }),
        ),
      update: (_module, patches) =>
        this.#call(
          'update',
          patches.map(({ id }) => id),
          () =>
            patches.map(({ id, version, values, resulting }) => {
              this.#refuseUntold(values, resulting);
              const separate = Object.keys(values).filter((field) => this.#isSeparate(field));
              this.#refuse(values, separate.length === Object.keys(values).length ? [] : separate);
              return this.#write('update', { id, version, values }, (item) => {
                this.#resetSeries(item, values);
                Object.assign(item.values, this.#normalized(values));
                this.#touch(item);
                return this.#written(item);
              });
            }),
        ),
      remove: (_module, targets) =>
        this.#call(
          'remove',
          targets.map(({ id }) => id),
          () =>
            targets.map(({ id, version }) =>
              this.#write('remove', { id, version, values: {} }, (item) => {
                this.delete(id);
                return { kind: 'done', id, version, identity: item.identity };
              }),
            ),
        ),
      find: (_module, stamps) =>
        this.#call('find', stamps, () => {
          const found = new Map<string, Target>();
          for (const item of this.list()) {
            if (item.stamp === null || found.has(item.stamp) || !stamps.includes(item.stamp)) continue;
            found.set(item.stamp, { id: item.id, version: item.version });
          }
          return found;
        }),
      locate: (_module, items) =>
        this.#call(
          'locate',
          items.map(({ id }) => id),
          () =>
            items.map(({ stamp, identity }): Place => {
              const found = [...this.#items.values()].filter(
                (item) =>
                  (identity !== null && item.identity === identity) ||
                  (stamp !== null && item.stamp === stamp),
              );
              const here = found.filter(({ folder }) => folder === 'home').map(({ id }) => id);
              const otherwise = found.some(({ folder }) => folder === 'elsewhere') ? 'moved' : 'gone';
              return here.length > 0 ? { here, otherwise } : otherwise;
            }),
        ),
    };
  }

  get #module(): Module {
    return this.#options.module ?? 'contacts';
  }

  #isSeparate(field: string): boolean {
    const { separate = [] } = this.#options;
    return separate.includes(field) || (separate.includes(anyOccurrence) && isOccurrenceName(field));
  }

  /** Exchange forgets the exceptions of a series whose rule or times are written. */
  #resetSeries(item: Stored, written: Values): void {
    if (!this.#options.separate?.includes(anyOccurrence)) return;
    if (!['start', 'end', 'timeZone', 'recurrence'].some((field) => field in written)) return;
    for (const field of Object.keys(item.values)) if (isOccurrenceName(field)) delete item.values[field];
  }

  #capabilities(): Capabilities {
    const { unsupported = [], separate = [], setsItself = [], batchSize = 10 } = this.#options;
    return {
      unsupported: new Set(unsupported),
      separate: new Set(separate),
      readOnly: new Set(setsItself),
      batchSize,
    };
  }

  async #call<T>(method: Method, ids: readonly string[], work: () => T): Promise<T> {
    const call = { method, ids: [...ids] };
    this.calls.push(call);
    if (['create', 'update', 'remove'].includes(method) && ids.length > this.#capabilities().batchSize) {
      throw new Error(`a batch of ${ids.length} is too large`);
    }
    this.meanwhile(call);
    const fault = this.#faults.get(method)?.shift();
    if (fault?.kind === 'lostRequest') throw fault.error;
    const answer = work();
    if (fault?.kind === 'lostAnswer') throw fault.error;
    return answer;
  }

  async *#changes(cursor: string | null, { ownerId }: ChangeOptions = {}): AsyncGenerator<ChangePage> {
    let position = cursor === null ? 0 : await this.#positionOf(cursor);
    const begin = this.#sequence;
    const pageSize = this.#options.pageSize ?? 100;
    for (let last = false; !last;) {
      const from = position;
      const page = await this.#call('changes', [], () => {
        const changed = this.#present()
          .filter((item) => item.sequence > from && (ownerId === undefined || item.ownerId === ownerId))
          .map((item) => ({ sequence: item.sequence, change: this.#toChange(item) }));
        const deleted = [...this.#tombstones]
          .filter(([, sequence]) => sequence > from && (cursor !== null || sequence > begin))
          .map(([id, sequence]) => ({ sequence, change: { kind: 'deleted' as const, id } }));
        return [...changed, ...deleted].sort((one, other) => one.sequence - other.sequence);
      });
      const shown = page.slice(0, pageSize);
      last = shown.length === page.length;
      position = last ? Math.max(this.#sequence, position) : (shown.at(-1)?.sequence ?? position);
      yield { changes: shown.map(({ change }) => change), cursor: this.#cursor(position), last };
    }
  }

  #cursor(position: number): string {
    return `${this.#epoch}/${position}`;
  }

  async #positionOf(cursor: string): Promise<number> {
    const [, epoch, position] = /^(\d+)\/(\d+)$/.exec(cursor) ?? [];
    if (Number(epoch) !== this.#epoch) throw new CursorLostError('this cursor is of another time');
    return Number(position);
  }

  #write(
    method: 'update' | 'remove',
    target: Target & { values: Values },
    work: (item: Stored) => WriteResult,
  ): WriteResult {
    const item = this.#items.get(target.id);
    if (item?.folder !== 'home') return { kind: 'gone' };
    const failure = this.itemFailure(method, target);
    if (failure) return { kind: 'failed', failure };
    return versionOf(item) === target.version ? work(item) : { kind: 'conflict' };
  }

  #written(item: Stored): WriteResult {
    const answer: WriteResult = {
      kind: 'done',
      id: item.id,
      version: versionOf(item),
      identity: item.identity,
    };
    if (this.#options.restless) this.#touch(item);
    return answer;
  }

  /** A planner that writes these has a bug; a real server would refuse or forget them. */
  #refuse(values: Values, wrong: readonly string[]): void {
    const { unsupported: missing = [], setsItself = [] } = this.#options;
    const unsupported = Object.keys(values).filter((field) => [...missing, ...setsItself].includes(field));
    const unknown = Object.keys(values).filter(
      (field) => !isOccurrenceName(field) && !fieldsOf[this.#module].some(({ name }) => name === field),
    );
    const all = [...wrong, ...unsupported, ...unknown];
    if (all.length > 0) throw new Error(`${this.#options.side} cannot be written here: ${all.join(', ')}`);
  }

  /** What is written of an occurrence reaches it only where the patch tells that it is an exception. */
  #refuseUntold(values: Values, resulting: Values): void {
    if (!this.#options.separate?.includes(anyOccurrence)) return;
    for (const name of Object.keys(values)) {
      if (!isOccurrenceName(name)) continue;
      const state = occurrenceName(occurrencePlace(name).originalStart);
      if (values[name] !== null && !values[state] && !resulting[state])
        throw new Error(`${name} is written, and nobody tells what that occurrence is`);
    }
  }

  #normalized(values: Values): Values {
    return this.#options.normalize?.(values) ?? values;
  }

  #insert(
    values: Values,
    stamp: string | null,
    ownerId: string | null,
    skip: ScopeReason | null,
    identity: string | null,
  ): Stored {
    this.#lastId += 1;
    const { side, name = side } = this.#options;
    const item: Stored = {
      id: `${name}-${this.#lastId}`,
      identity:
        identity ?? (side === 'exchange' ? `identity-${name === side ? '' : name}${this.#lastId}` : null),
      stamp,
      ownerId,
      skip,
      folder: 'home',
      values: { ...values },
      revision: 0,
      sequence: 0,
      born: this.#lastId,
    };
    this.#touch(item);
    this.#items.set(item.id, item);
    return item;
  }

  #leave(item: Stored, folder: Folder | null): void {
    this.#sequence += 1;
    if (item.folder === 'home') this.#tombstones.set(item.id, this.#sequence);
    if (folder === null) this.#items.delete(item.id);
    else item.folder = folder;
  }

  #touch(item: Stored): void {
    this.#sequence += 1;
    item.sequence = this.#sequence;
    item.revision += 1;
  }

  #get(id: string): Stored {
    const item = this.#items.get(id);
    if (item?.folder !== 'home') throw new Error(`no item ${id} in the folder`);
    return item;
  }

  #present(): Stored[] {
    return [...this.#items.values()].filter((item) => item.folder === 'home');
  }

  #toItem(item: Stored): Item {
    const values: Record<string, Value> = {};
    for (const { name } of fieldsIn(this.#module, item.values)) {
      if (!this.#options.unsupported?.includes(name)) values[name] = item.values[name] ?? null;
    }
    const { id, stamp, identity, ownerId, skip } = item;
    return { id, version: versionOf(item), values, stamp, identity, ownerId, skip };
  }

  #toChange(stored: Stored): Change {
    const item = this.#toItem(stored);
    const keyValues = Object.fromEntries(
      keyFieldsOf(this.#module).map((field) => [field, item.values[field] ?? null]),
    );
    const { id, version, stamp, identity, ownerId, skip } = item;
    const riding = this.#options.ridesAlong ? item : null;
    return { kind: 'changed', id, version, stamp, identity, ownerId, skip, keyValues, item: riding };
  }
}

function versionOf(item: Stored): string {
  return `${item.id}v${item.revision}`;
}
