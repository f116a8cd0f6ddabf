/**
 * Which field of Exchange a field of the CRM is. Everything else calls fields by their name in the CRM. Only what differs
 * from the default, each field to its namesake, is kept.
 */
import { occurrenceFields } from './event-fields.ts';
import type { FieldKind, FieldSpec } from './field-spec.ts';
import { fieldsOf } from './fields.ts';
import type { Module, SealedValues } from './model.ts';

/** By name of the CRM's field: the field of Exchange, or null where the field is not synced. */
export type Mapping = Readonly<Record<string, string | null>>;

export const defaultMapping: Mapping = {};

/** What items are recognised by, and what they are nothing without: always synced, and with its namesake. */
const fixed: Readonly<Record<Module, ReadonlySet<string>>> = {
  contacts: new Set(['givenName', 'surname', 'company', 'email1']),
  tasks: new Set(['subject', 'startDate', 'dueDate', 'recurrence']),
  events: new Set([
    'uid',
    'timeZone',
    'recurrence',
    // What an exception of a series is made of: Exchange forgets exceptions with their series, and one that differs only in
    // what is not synced would be none there.
    ...occurrenceFields,
    // Without it, what is private on one side lies open on the other.
    'privacy',
    'organizer',
    'attendees',
    'status',
    'role',
  ]),
};

/** Kinds of which one field may stand for another; the rest has words, groups or calls of its own. */
const movable: ReadonlySet<FieldKind> = new Set([
  'text',
  'longText',
  'email',
  'phone',
  'url',
  'date',
  'tags',
]);

/** The field of Exchange; null: not synced. */
export function exchangeFieldOf(mapping: Mapping, field: string): string | null {
  const mapped = Object.hasOwn(mapping, field) ? mapping[field] : undefined;
  return mapped === undefined ? field : mapped;
}

export interface MappingLine {
  /** Its name in the CRM. */
  readonly field: string;
  readonly label: string;
  /** Null: not synced. */
  readonly exchange: string | null;
  /** The fields of Exchange it may be, its namesake among them. */
  readonly choices: readonly string[];
  readonly maySwitchOff: boolean;
  /** Whether both sides can hold it as it is mapped. */
  readonly supported: boolean;
}

/** Every field of the module; `unsupported`: fields of Exchange that the release there cannot hold. */
export function mappingLines(
  module: Module,
  mapping: Mapping,
  unsupported: ReadonlySet<string>,
): MappingLine[] {
  return fieldsOf[module].map((spec) => {
    const exchange = exchangeFieldOf(mapping, spec.name);
    const choices = fieldsOf[module]
      .filter((other) => mayBe(module, spec, other))
      .map(({ name }) => name)
      .filter((name) => name === exchange || !unsupported.has(name));
    return {
      field: spec.name,
      label: spec.label,
      exchange,
      choices,
      maySwitchOff: !fixed[module].has(spec.name),
      supported: exchange === null || !unsupported.has(exchange),
    };
  });
}

function mayBe(module: Module, spec: FieldSpec, exchange: FieldSpec): boolean {
  if (spec.name === exchange.name) return true;
  const isFree = ({ name, kind, group }: FieldSpec): boolean =>
    movable.has(kind) && group === undefined && !fixed[module].has(name);
  return spec.kind === exchange.kind && isFree(spec) && isFree(exchange);
}

export interface MappingProblem {
  /** The CRM's field, or what was given as one. */
  readonly field: string;
  readonly message: string;
}

/** What is wrong with a mapping, line by line; empty: it may be used. */
export function mappingProblems(module: Module, mapping: Mapping): MappingProblem[] {
  const specs = new Map(fieldsOf[module].map((spec) => [spec.name, spec]));
  const problems = Object.keys(mapping).flatMap((field): MappingProblem[] => {
    const message = lineProblem(module, specs, field, exchangeFieldOf(mapping, field));
    return message === null ? [] : [{ field, message }];
  });
  const wrong = new Set(problems.map(({ field }) => field));
  const takers = new Map<string, FieldSpec[]>();
  for (const spec of specs.values()) {
    const exchange = exchangeFieldOf(mapping, spec.name);
    if (exchange !== null) takers.set(exchange, [...(takers.get(exchange) ?? []), spec]);
  }
  for (const [exchange, ofOne] of takers) {
    if (ofOne.length === 1) continue;
    const label = specs.get(exchange)?.label ?? exchange;
    for (const { name } of ofOne) {
      // Said where it was asked for, not at the field that stays as it was.
      if (exchangeFieldOf(mapping, name) === name || wrong.has(name)) continue;
      const others = ofOne.filter((one) => one.name !== name).map((one) => one.label);
      problems.push({
        field: name,
        message: `${label} of Exchange is ${others.join(' and ')} of the CRM already; in the same change, map that elsewhere or switch it off.`,
      });
    }
  }
  return [...problems, ...brokenGroups(module, mapping)];
}

function lineProblem(
  module: Module,
  specs: ReadonlyMap<string, FieldSpec>,
  field: string,
  exchange: string | null,
): string | null {
  const spec = specs.get(field);
  if (spec === undefined) return `There is no field ${field} among the ${module} of the CRM.`;
  if (exchange === field) return null;
  if (fixed[module].has(field)) {
    return `${spec.label} is always synced, and with the field of the same name: without it the ${module} could not be told apart or would mean something else.`;
  }
  if (exchange === null) return null;
  const other = specs.get(exchange);
  if (other === undefined) return `There is no field ${exchange} among the ${module} of Exchange.`;
  if (mayBe(module, spec, other)) return null;
  return spec.kind === other.kind
    ? `${spec.label} cannot be ${other.label} of Exchange; only the field of the same name means the same there.`
    : `${spec.label} and ${other.label} hold different kinds of values.`;
}

/** Fields that say one thing together are synced together. */
function brokenGroups(module: Module, mapping: Mapping): MappingProblem[] {
  const isOff = ({ name }: FieldSpec): boolean =>
    exchangeFieldOf(mapping, name) === null && !fixed[module].has(name);
  const groups = new Map<string, FieldSpec[]>();
  for (const spec of fieldsOf[module]) {
    if (spec.group !== undefined) groups.set(spec.group, [...(groups.get(spec.group) ?? []), spec]);
  }
  return [...groups.values()].flatMap((group) => {
    const off = group.filter(isOff);
    if (off.length === 0 || off.length === group.length) return [];
    const labels = group.map(({ label }) => label);
    const message = `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)} belong together: switch all of them off, or none.`;
    return off.map(({ name }) => ({ field: name, message }));
  });
}

/** The same mapping with what deviates alone, in the order of the module's fields. */
export function deviations(module: Module, mapping: Mapping): Mapping {
  const names = [...new Set([...fieldsOf[module].map(({ name }) => name), ...Object.keys(mapping)])];
  return Object.fromEntries(
    names.flatMap((name): [string, string | null][] => {
      const exchange = exchangeFieldOf(mapping, name);
      return exchange === name ? [] : [[name, exchange]];
    }),
  );
}

/** The CRM's fields that are another field of Exchange in one mapping than in the other. */
export function changedLines(one: Mapping, other: Mapping): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => exchangeFieldOf(one, name) !== exchangeFieldOf(other, name));
}

interface Mapped {
  readonly values: SealedValues;
  readonly before: SealedValues;
  readonly mapping?: Mapping;
}

/** The action with what its fields were to Exchange, without which nobody could take it back later. */
export function withMapping<Body extends Mapped>(body: Body, mapping: Mapping): Body {
  const fields = Object.keys(mapping).filter((name) => name in body.values || name in body.before);
  if (fields.length === 0) return body;
  return {
    ...body,
    mapping: Object.fromEntries(fields.map((name) => [name, exchangeFieldOf(mapping, name)])),
  };
}

/** Labels of the fields that the settings keep from being synced. */
export function switchedOff(
  module: Module,
  mapping: Mapping,
): { readonly field: string; readonly label: string }[] {
  return fieldsOf[module]
    .filter(({ name }) => exchangeFieldOf(mapping, name) === null)
    .map(({ name, label }) => ({ field: name, label }));
}
