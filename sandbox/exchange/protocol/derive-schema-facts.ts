/**
 * Writes schema-facts.ts: what may stand where in a request or an answer, release by release, derived from the schemas
 * that Exchange servers publish.
 *
 * `npx tsx sandbox/exchange/protocol/derive-schema-facts.ts SCHEMAS_DIR`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readXsd } from './xsd-reader.ts';
import type { ComplexType, Particle, SimpleType, XsdFacts } from './xsd-reader.ts';

/** The directories of the releases, oldest first: bit N of a mask is the Nth. */
const RELEASES = [
  'Exchange2007_SP1',
  'Exchange2010_SP1',
  'Exchange2010_SP2',
  'Exchange2013_SP1',
  'Exchange2015',
  'ExchangeSE-15.2.2562.17',
];
const ALL = (1 << RELEASES.length) - 1;
const OPERATIONS = [
  ...['GetFolder', 'FindFolder', 'CreateFolder', 'UpdateFolder', 'DeleteFolder', 'MoveFolder', 'CopyFolder'],
  ...['EmptyFolder', 'SyncFolderHierarchy', 'SyncFolderItems', 'FindItem', 'GetItem', 'CreateItem'],
  ...['UpdateItem', 'DeleteItem', 'MoveItem', 'CopyItem', 'SendItem', 'CreateAttachment', 'GetAttachment'],
  ...['DeleteAttachment', 'ResolveNames', 'ExpandDL', 'ConvertId', 'GetServerTimeZones'],
  ...[
    'GetUserConfiguration',
    'Subscribe',
    'GetEvents',
    'GetStreamingEvents',
    'Unsubscribe',
    'MarkAllItemsAsRead',
  ],
];
const ROOTS = [
  ...OPERATIONS.flatMap((name) => [`m:${name}`, `m:${name}Response`]),
  ...[
    'm:GetUserAvailabilityRequest',
    'm:GetUserAvailabilityResponse',
    'm:SendNotification',
    'm:SendNotificationResult',
  ],
  ...['t:RequestServerVersion', 't:ExchangeImpersonation', 't:TimeZoneContext', 't:DateTimePrecision'],
];

type Masked<T> = T & { mask: number };
type MergedParticle =
  | Masked<{ kind: 'element'; name: string; type: string; min: number; max: number }>
  | Masked<{ kind: 'sequence' | 'choice'; members: MergedParticle[]; min: number; max: number }>
  | Masked<{ kind: 'any'; min: number; max: number }>;

/** Names of everything the roots lead to in one release. */
function reachable(facts: XsdFacts): { types: Set<string>; elements: Set<string> } {
  const types = new Set<string>();
  const elements = new Set<string>();
  const visitElement = (name: string): void => {
    const element = facts.elements.get(name);
    if (element === undefined || elements.has(name)) return;
    elements.add(name);
    visitType(element.type);
    for (const [other, { head }] of facts.elements) if (head === name) visitElement(other);
  };
  const visitType = (name: string): void => {
    for (const part of name.replace(/^\*/, '').split('|')) {
      const type = facts.types.get(part);
      if (type === undefined || types.has(part)) continue;
      types.add(part);
      if (type.kind === 'simple') visitType(type.base);
      else visitComplex(part, type);
    }
  };
  const visitComplex = (name: string, type: ComplexType): void => {
    if (type.base !== undefined) visitType(type.base);
    if (type.text !== undefined) visitType(type.text);
    for (const attribute of type.attributes.values()) visitType(attribute.type);
    type.content.forEach((particle) => visitParticle(particle));
    if (type.abstract && /Id\w*Type$/.test(name)) {
      for (const [other, one] of facts.types)
        if (one.kind === 'complex' && one.base === name) visitType(other);
    }
  };
  const visitParticle = (particle: Particle): void => {
    if (particle.kind === 'any') return;
    if (particle.kind !== 'element') particle.members.forEach((member) => visitParticle(member));
    else if (particle.type.startsWith('=')) visitElement(particle.type.slice(1));
    else visitType(particle.type);
  };
  ROOTS.forEach((root) => visitElement(root));
  return { types, elements };
}

function keyOf(particle: Particle | MergedParticle): string {
  const occurs = `${particle.min},${particle.max}`;
  return particle.kind === 'element'
    ? `${particle.name} ${particle.type} ${occurs}`
    : `${particle.kind} ${occurs}`;
}

/** One list that, filtered by a release's bit, is that release's list again: a longest common subsequence merge. */
function mergeList<T, M extends { mask: number }>(
  merged: readonly M[],
  list: readonly T[],
  options: { same: (a: M, b: T) => boolean; join: (a: M, b: T) => M; fresh: (b: T) => M },
): M[] {
  const best: number[][] = Array.from({ length: merged.length + 1 }, () =>
    new Array<number>(list.length + 1).fill(0),
  );
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  for (let i = merged.length - 1; i >= 0; i--) {
    for (let j = list.length - 1; j >= 0; j--) {
      const row = best[i] as number[];
      row[j] = options.same(merged[i] as M, list[j] as T)
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const result: M[] = [];
  let i = 0;
  let j = 0;
  while (i < merged.length || j < list.length) {
    const left = merged[i];
    const right = list[j];
    if (left !== undefined && right !== undefined && options.same(left, right)) {
      result.push(options.join(left, right));
      i++;
      j++;
    } else if (right === undefined || (left !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      result.push(left as M);
      i++;
    } else {
      result.push(options.fresh(right));
      j++;
    }
  }
  return result;
}

function mergeParticles(
  merged: readonly MergedParticle[],
  list: readonly Particle[],
  bit: number,
): MergedParticle[] {
  return mergeList<Particle, MergedParticle>(merged, list, {
    same: (a, b) => keyOf(a) === keyOf(b),
    join: (a, b) =>
      'members' in a && 'members' in b
        ? { ...a, mask: a.mask | bit, members: mergeParticles(a.members, b.members, bit) }
        : { ...a, mask: a.mask | bit },
    fresh: (b) =>
      'members' in b ? { ...b, mask: bit, members: mergeParticles([], b.members, bit) } : { ...b, mask: bit },
  });
}

const masked = (text: string, mask: number, within = ALL): string =>
  (mask & within) === within ? text : `${text}@${mask.toString(16)}`;
const short = (type: string): string => type.replace(/^t:/, '').replaceAll('|t:', '|').replace(/^\*t:/, '*');

function occursText({ min, max }: { min: number; max: number }): string {
  if (min === 1 && max === 1) return '';
  if (min === 0 && max === 1) return '?';
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return `{${min},${max}}`;
}

function particleText(particle: MergedParticle, within: number): string {
  const tail = (text: string): string => masked(text + occursText(particle), particle.mask, within);
  if (particle.kind === 'any') return tail('...');
  if (particle.kind === 'element') {
    return tail(particle.type.startsWith('=') ? particle.name : `${particle.name}:${short(particle.type)}`);
  }
  const inner = particle.members.map((member) => particleText(member, particle.mask)).join(' ');
  if (inner === '') return '';
  return tail(particle.kind === 'sequence' ? `( ${inner} )` : `[ ${inner} ]`);
}

function complexLines(name: string, versions: readonly (ComplexType | undefined)[]): string {
  let content: MergedParticle[] = [];
  const heads = new Map<string, number>();
  const attributes = new Map<string, number>();
  versions.forEach((type, index) => {
    if (type === undefined) return;
    const bit = 1 << index;
    const head = `${type.base === undefined ? '' : ` < ${short(type.base)}`}${type.text === undefined ? '' : ` ~ ${short(type.text)}`}`;
    heads.set(head, (heads.get(head) ?? 0) | bit);
    for (const [attribute, { type: of, required }] of type.attributes) {
      const text = `#${attribute}:${short(of)}${required ? '!' : ''}`;
      attributes.set(text, (attributes.get(text) ?? 0) | bit);
    }
    content = mergeParticles(content, type.content, bit);
  });
  // A base that changed between releases takes a line of its own for each.
  return [...heads]
    .map(([head, bits]) => {
      const own = [...attributes]
        .filter(([, of]) => (of & bits) !== 0)
        .map(([text, of]) => masked(text, of & bits, bits));
      const particles = content
        .filter((one) => (one.mask & bits) !== 0)
        .map((one) => particleText({ ...one, mask: one.mask & bits }, bits));
      return [masked(short(name), bits) + head, ...own, ...particles].filter((text) => text !== '').join(' ');
    })
    .join('\n');
}

function simpleLines(name: string, versions: readonly (SimpleType | undefined)[]): string {
  const bases = new Map<string, number>();
  const facets = new Map<string, number>();
  versions.forEach((type, index) => {
    if (type === undefined) return;
    const bit = 1 << index;
    bases.set(type.base, (bases.get(type.base) ?? 0) | bit);
    for (const facet of type.facets) facets.set(facet, (facets.get(facet) ?? 0) | bit);
  });
  return [...bases]
    .map(([base, bits]) => {
      const own = [...facets]
        .filter(([, of]) => (of & bits) !== 0)
        .map(([text, of]) => masked(text, of & bits, bits));
      return [masked(short(name), bits), '=', short(base), ...own].join(' ');
    })
    .join('\n');
}

function derive(directory: string): string {
  const releases = RELEASES.map((name) => {
    const read = (file: string): string => readFileSync(join(directory, name, file), 'utf8');
    const facts = readXsd(read('types.xsd'), read('messages.xsd'));
    return { facts, reached: reachable(facts) };
  });
  const lines: string[] = [];
  const elements = new Map<string, number>();
  releases.forEach(({ facts, reached }, index) => {
    for (const name of reached.elements) {
      const { type, head } = facts.elements.get(name) ?? { type: '.anyType', head: undefined };
      const text = `! ${name} ${short(type)}${head === undefined ? '' : ` ${head}`}`;
      elements.set(text, (elements.get(text) ?? 0) | (1 << index));
    }
  });
  for (const [text, mask] of elements) lines.push(mask === ALL ? text : `${text} @${mask.toString(16)}`);
  const names = [...new Set(releases.flatMap(({ reached }) => [...reached.types]))].sort();
  for (const name of names) {
    const of = releases.map(({ facts, reached }) =>
      reached.types.has(name) ? facts.types.get(name) : undefined,
    );
    const complex = of.map((type) => (type?.kind === 'complex' ? type : undefined));
    const simple = of.map((type) => (type?.kind === 'simple' ? type : undefined));
    if (complex.some((type) => type !== undefined)) lines.push(complexLines(name, complex));
    if (simple.some((type) => type !== undefined)) lines.push(simpleLines(name, simple));
  }
  // Operations the stand-in does not carry out, so that it can tell them from nonsense.
  const requests = new Map<string, number>();
  releases.forEach(({ facts }, index) => {
    for (const [name, { type }] of facts.elements) {
      const base = facts.types.get(type);
      if (name.startsWith('m:') && base?.kind === 'complex' && !/Response(?:Message)?$/.test(name)) {
        requests.set(name, (requests.get(name) ?? 0) | (1 << index));
      }
    }
  });
  for (const [name, mask] of requests) lines.push(`? ${name} ${mask.toString(16)}`);
  return lines.join('\n');
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('Which directory holds the schemas?');
const body = derive(directory).replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
writeFileSync(
  new URL('schema-facts.ts', import.meta.url),
  `/** Written by derive-schema-facts.ts; schema-grammar.ts explains and reads it. */\nexport const SCHEMA_FACTS = \`\n${body}\n\`;\n`,
);
