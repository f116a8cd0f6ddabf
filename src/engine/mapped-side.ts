/** The Exchange side as the engine sees it: its fields under the names of the CRM, and of these only what is mapped. */
import type { Item, Module, Value, Values } from '../sync/model.ts';
import { fieldsOf } from '../sync/fields.ts';
import { changedLines, defaultMapping, exchangeFieldOf } from '../sync/mapping.ts';
import type { Mapping } from '../sync/mapping.ts';
import { isOccurrenceName } from '../sync/occurrences.ts';
import type { Capabilities, Change, SyncSide } from '../sync/ports.ts';

type Names = ReadonlyMap<string, string>;

/** For one module; where each field is its namesake, the side itself. */
export function mappedSide(side: SyncSide, module: Module, mapping: Mapping): SyncSide {
  if (changedLines(mapping, defaultMapping).length === 0) return side;
  const toExchange = new Map<string, string>();
  const toCrm = new Map<string, string>();
  for (const { name } of fieldsOf[module]) {
    const exchange = exchangeFieldOf(mapping, name);
    if (exchange === null) continue;
    toExchange.set(name, exchange);
    toCrm.set(exchange, name);
  }
  const itemOf = (item: Item): Item => ({ ...item, values: renamed(item.values, toCrm) });
  const changeOf = (change: Change): Change =>
    change.kind === 'deleted'
      ? change
      : {
          ...change,
          keyValues: renamed(change.keyValues, toCrm),
          item: change.item && itemOf(change.item),
        };
  return {
    side: side.side,
    capabilities: (one) => capabilitiesOf(side.capabilities(one), module, toExchange, toCrm),
    scope: (...args) => side.scope(...args),
    presentCursor: (...args) => side.presentCursor(...args),
    async *changes(...args) {
      for await (const page of side.changes(...args)) yield { ...page, changes: page.changes.map(changeOf) };
    },
    async read(...args) {
      const results = await side.read(...args);
      return results.map((result) =>
        result.kind === 'item' ? { ...result, item: itemOf(result.item) } : result,
      );
    },
    create: (one, drafts, signal) =>
      side.create(
        one,
        drafts.map((draft) => ({ ...draft, values: renamed(draft.values, toExchange) })),
        signal,
      ),
    update: (one, patches, signal) =>
      side.update(
        one,
        patches.map((patch) => ({
          ...patch,
          values: renamed(patch.values, toExchange),
          resulting: renamed(patch.resulting, toExchange),
        })),
        signal,
      ),
    remove: (...args) => side.remove(...args),
    find: (...args) => side.find(...args),
    locate: (...args) => side.locate(...args),
  };
}

function capabilitiesOf(
  { unsupported, separate, readOnly, batchSize }: Capabilities,
  module: Module,
  toExchange: Names,
  toCrm: Names,
): Capabilities {
  const under = (names: ReadonlySet<string>): Set<string> =>
    new Set([...names].flatMap((name) => renamedField(name, toCrm) ?? []));
  const unmapped = fieldsOf[module].map(({ name }) => name).filter((name) => !toExchange.has(name));
  return {
    unsupported: new Set([...under(unsupported), ...unmapped]),
    separate: under(separate),
    readOnly: under(readOnly),
    batchSize,
  };
}

function renamed(values: Values, names: Names): Values {
  const result: Record<string, Value> = {};
  for (const name in values) {
    const value = values[name];
    const now = renamedField(name, names);
    if (now !== undefined && value !== undefined) result[now] = value;
  }
  return result;
}

/** Undefined for what is not mapped. What occurrences have of their own is always mapped to its namesake. */
function renamedField(name: string, names: Names): string | undefined {
  return isOccurrenceName(name) ? name : names.get(name);
}
