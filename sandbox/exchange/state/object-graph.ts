/** Turns plain objects, arrays, Maps, Sets, Buffers and Dates, with shared parts and cycles, into JSON and back. */

import { StateError } from './state-error.ts';

/** A class whose objects are kept: what to write of one, and how to make it again. */
export interface Keeper<T extends object, S extends object> {
  readonly name: string;
  readonly is: (value: object) => value is T;
  readonly save: (value: T) => S;
  /** An empty object to refer to, before its parts are there. */
  readonly make: () => T;
  readonly fill: (value: T, state: S) => void;
}

type Cell = string | number | boolean | null | { readonly r: number } | { readonly u: 1 };
type Node =
  | { readonly t: 'object'; readonly v: readonly (readonly [string, Cell])[] }
  | { readonly t: 'array' | 'set'; readonly v: readonly Cell[] }
  | { readonly t: 'map'; readonly v: readonly (readonly [Cell, Cell])[] }
  | { readonly t: 'bytes' | 'date'; readonly v: string }
  | { readonly t: 'kept'; readonly k: string; readonly v: Cell };

export type ObjectGraph = readonly Node[];
type AnyKeeper = Keeper<object, object>;

/** The first node is `root`. */
export function saveGraph(root: object, keepers: readonly AnyKeeper[]): ObjectGraph {
  const numbers = new Map<object, number>();
  const waiting: object[] = [];
  const cell = (value: unknown): Cell => {
    if (value === undefined) return { u: 1 };
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    )
      return value;
    if (typeof value !== 'object') throw new Error(`A ${typeof value} cannot be kept in a state.`);
    let number = numbers.get(value);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(value, number);
      waiting.push(value);
    }
    return { r: number };
  };
  const node = (value: object): Node => {
    if (Buffer.isBuffer(value)) return { t: 'bytes', v: value.toString('base64') };
    if (value instanceof Date) return { t: 'date', v: value.toISOString() };
    if (Array.isArray(value)) return { t: 'array', v: value.map(cell) };
    if (value instanceof Set) return { t: 'set', v: [...value].map(cell) };
    if (value instanceof Map) return { t: 'map', v: [...value].map(([key, one]) => [cell(key), cell(one)]) };
    const keeper = keepers.find((one) => one.is(value));
    if (keeper !== undefined) return { t: 'kept', k: keeper.name, v: cell(keeper.save(value)) };
    if (Object.getPrototypeOf(value) !== Object.prototype) {
      throw new Error(`A ${value.constructor.name} cannot be kept in a state.`);
    }
    return { t: 'object', v: Object.entries(value).map(([key, one]) => [key, cell(one)]) };
  };
  cell(root);
  const nodes: Node[] = [];
  for (let next = waiting[0]; next !== undefined; next = waiting[nodes.length]) nodes.push(node(next));
  return nodes;
}

/** The object saveGraph was given. */
export function loadGraph(graph: ObjectGraph, keepers: readonly AnyKeeper[]): object {
  const keeperOf = (name: string): AnyKeeper => {
    const found = keepers.find((one) => one.name === name);
    if (found === undefined) throw new StateError(`It holds a ${name}, which is unknown.`);
    return found;
  };
  const objects = graph.map((node): object => {
    switch (node.t) {
      case 'object':
        return {};
      case 'array':
        return [];
      case 'set':
        return new Set();
      case 'map':
        return new Map();
      case 'bytes':
        return Buffer.from(node.v, 'base64');
      case 'date':
        return new Date(node.v);
      case 'kept':
        return keeperOf(node.k).make();
    }
  });
  const value = (cell: Cell): unknown => {
    if (cell === null || typeof cell !== 'object') return cell;
    return 'r' in cell ? objects[cell.r] : undefined;
  };
  const kept: (() => void)[] = [];
  graph.forEach((node, index) => {
    const into = objects[index];
    if (node.t === 'object')
      Object.assign(into ?? {}, Object.fromEntries(node.v.map(([key, one]) => [key, value(one)])));
    else if (node.t === 'array' && Array.isArray(into)) for (const one of node.v) into.push(value(one));
    else if (node.t === 'set' && into instanceof Set) for (const one of node.v) into.add(value(one));
    else if (node.t === 'map' && into instanceof Map)
      for (const [key, one] of node.v) into.set(value(key), value(one));
    else if (node.t === 'kept' && into !== undefined) {
      kept.push(() => keeperOf(node.k).fill(into, value(node.v) as object));
    }
  });
  // Once all plain parts are in place, what the keepers are given is whole.
  for (const fill of kept) fill();
  const [root] = objects;
  if (root === undefined) throw new Error('An empty state.');
  return root;
}
