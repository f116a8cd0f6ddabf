import type { ObjectGraph } from './object-graph.ts';
import { need } from './state-error.ts';

/** Throws a StateError unless the value is what saveGraph wrote: then loadGraph makes of it what was saved. */
export function checkGraph(value: unknown): ObjectGraph {
  need(Array.isArray(value) && value.length > 0, 'A mailbox is empty, or no list of objects.');
  value.forEach((node: unknown, index) =>
    need(isNode(node, value.length), `Object ${index} of a mailbox is damaged.`),
  );
  return value as ObjectGraph;
}

function isNode(node: unknown, count: number): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { t, v, k } = node as Readonly<Record<string, unknown>>;
  const isCell = (one: unknown): boolean => isCellOf(one, count);
  const pairs = (isKey: (key: unknown) => boolean): boolean =>
    Array.isArray(v) &&
    v.every((one) => Array.isArray(one) && one.length === 2 && isKey(one[0]) && isCell(one[1]));
  switch (t) {
    case 'object':
      return pairs((key) => typeof key === 'string' && key !== '__proto__');
    case 'map':
      return pairs(isCell);
    case 'array':
    case 'set':
      return Array.isArray(v) && v.every(isCell);
    case 'bytes':
      return typeof v === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(v);
    case 'date':
      return typeof v === 'string' && !Number.isNaN(Date.parse(v));
    case 'kept':
      return typeof k === 'string' && isCell(v);
    default:
      return false;
  }
}

/** A plain value, a reference to one of the objects, or undefined's mark. */
function isCellOf(cell: unknown, count: number): boolean {
  if (typeof cell !== 'object' || cell === null) return cell !== undefined;
  const { r, u } = cell as { readonly r?: unknown; readonly u?: unknown };
  return u === 1 || (typeof r === 'number' && Number.isInteger(r) && r >= 0 && r < count);
}
