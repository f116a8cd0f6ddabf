import { ItemError } from './item-error.ts';
import { isPath, parsePath } from './property-path.ts';
import { schemaFault } from './soap-fault.ts';
import { child, optionalAttribute, requiredAttribute, requiredChild } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** The values of something under a key; an empty list when it has none. */
export type ValuesOf<T> = (candidate: T, key: string) => readonly string[];
export type Predicate<T> = (candidate: T) => boolean;

const MAX_NODES = 255;

/** Compiles an m:Restriction; without one everything matches. Too many nodes is ErrorRestrictionTooLong. */
export function compileRestriction<T>(
  restriction: XmlElement | undefined,
  valuesOf: ValuesOf<T>,
): Predicate<T> {
  if (restriction === undefined) return () => true;
  const expression = restriction.children[0];
  if (expression === undefined)
    throw schemaFault("The element 'm:Restriction' has incomplete content.", restriction);
  if (countNodes(expression) > MAX_NODES) throw new ItemError('ErrorRestrictionTooLong');
  return compile(expression, valuesOf);
}

function countNodes(expression: XmlElement): number {
  return expression.children.reduce((sum, one) => sum + (OPERATORS.has(one.name) ? countNodes(one) : 0), 1);
}

const OPERATORS: ReadonlySet<string> = new Set([
  ...['t:And', 't:Or', 't:Not', 't:Exists', 't:Contains', 't:Excludes', 't:IsEqualTo', 't:IsNotEqualTo'],
  ...['t:IsGreaterThan', 't:IsGreaterThanOrEqualTo', 't:IsLessThan', 't:IsLessThanOrEqualTo'],
]);

function compile<T>(expression: XmlElement, valuesOf: ValuesOf<T>): Predicate<T> {
  const operands = (): Predicate<T>[] => expression.children.map((one) => compile(one, valuesOf));
  switch (expression.name) {
    case 't:And': {
      const all = operands();
      return (candidate) => all.every((matches) => matches(candidate));
    }
    case 't:Or': {
      const any = operands();
      return (candidate) => any.some((matches) => matches(candidate));
    }
    case 't:Not': {
      const [inner] = operands();
      if (inner === undefined) throw schemaFault("The element 't:Not' has incomplete content.", expression);
      return (candidate) => !inner(candidate);
    }
    case 't:Exists': {
      const key = searchKey(expression);
      return (candidate) => valuesOf(candidate, key).length > 0;
    }
    case 't:Contains':
      return compileContains(expression, valuesOf);
    case 't:Excludes': {
      const key = searchKey(expression);
      const mask = Number(requiredAttribute(requiredChild(expression, 't:Bitmask'), 'Value'));
      return (candidate) => valuesOf(candidate, key).every((value) => (Number(value) & mask) === 0);
    }
    default:
      return compileComparison(expression, valuesOf);
  }
}

/** Property classes a search folder has no column for. */
const UNSEARCHABLE: ReadonlySet<string> = new Set([
  ...['item:Attachments', 'item:MimeContent', 'item:EffectiveRights', 'item:ResponseObjects'],
  ...[
    'contacts:CompleteName',
    'contacts:PhysicalAddresses',
    'contacts:PhoneNumbers',
    'contacts:EmailAddresses',
  ],
  ...['contacts:ImAddresses', 'distributionlist:Members'],
]);

function searchKey(expression: XmlElement): string {
  const path = expression.children.find(isPath);
  if (path === undefined)
    throw schemaFault(`The element '${expression.name}' has no property path.`, expression);
  const { key } = parsePath(path);
  if (UNSEARCHABLE.has(key)) throw new ItemError('ErrorUnsupportedPathForQuery');
  return key;
}

function compileComparison<T>(expression: XmlElement, valuesOf: ValuesOf<T>): Predicate<T> {
  const test = COMPARISONS[expression.name];
  if (test === undefined) throw schemaFault(`'${expression.name}' is not a search expression.`, expression);
  const key = searchKey(expression);
  const operand = requiredChild(expression, 't:FieldURIOrConstant');
  const constant = child(operand, 't:Constant');
  if (constant !== undefined) {
    const wanted = requiredAttribute(constant, 'Value');
    return (candidate) => test(valuesOf(candidate, key), [wanted], key);
  }
  const path = operand.children.find(isPath);
  if (path === undefined) throw schemaFault("'t:FieldURIOrConstant' has incomplete content.", operand);
  const other = parsePath(path).key;
  return (candidate) => test(valuesOf(candidate, key), valuesOf(candidate, other), key);
}

type Comparison = (values: readonly string[], wanted: readonly string[], key: string) => boolean;

/** Strings compare without regard to case, as the store does; binary and GUID values exactly. */
function equal(values: readonly string[], wanted: readonly string[], key: string): boolean {
  const [constant] = wanted;
  if (constant === undefined) return values.length === 0;
  if (/:(?:Binary|BinaryArray)$/.test(key)) return values.includes(constant);
  const lower = constant.toLowerCase();
  return values.some((value) => value.length === constant.length && value.toLowerCase() === lower);
}

function ordered(accept: (order: number) => boolean): Comparison {
  return (values, [constant]) =>
    constant !== undefined && values.some((value) => accept(compareValues(value, constant)));
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  't:IsEqualTo': equal,
  't:IsNotEqualTo': (values, wanted, key) => !equal(values, wanted, key),
  't:IsGreaterThan': ordered((order) => order > 0),
  't:IsGreaterThanOrEqualTo': ordered((order) => order >= 0),
  't:IsLessThan': ordered((order) => order < 0),
  't:IsLessThanOrEqualTo': ordered((order) => order <= 0),
};

/** Orders numbers by size, times by moment, anything else as text without regard to case. */
export function compareValues(a: string, b: string): number {
  if (/^-?\d+(?:\.\d+)?$/.test(a) && /^-?\d+(?:\.\d+)?$/.test(b)) return Number(a) - Number(b);
  if (/^\d{4}-\d\d-\d\dT/.test(a) && /^\d{4}-\d\d-\d\dT/.test(b)) return Date.parse(a) - Date.parse(b);
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  return left < right ? -1 : left > right ? 1 : 0;
}

function compileContains<T>(expression: XmlElement, valuesOf: ValuesOf<T>): Predicate<T> {
  const key = searchKey(expression);
  const mode = optionalAttribute(expression, 'ContainmentMode', [
    ...['FullString', 'Prefixed', 'Substring', 'PrefixOnWords', 'ExactPhrase'],
  ]);
  const comparison = optionalAttribute(expression, 'ContainmentComparison') ?? 'Exact';
  const fold = (text: string): string => {
    const spaced = /NonSpac/.test(comparison) || comparison.startsWith('Loose') ? stripMarks(text) : text;
    return comparison === 'Exact' || comparison === 'IgnoreNonSpacingCharacters'
      ? spaced
      : spaced.toLowerCase();
  };
  const wanted = fold(requiredAttribute(requiredChild(expression, 't:Constant'), 'Value'));
  const matches = (text: string): boolean => {
    switch (mode) {
      case 'FullString':
        return text === wanted;
      case 'Prefixed':
        return text.startsWith(wanted);
      case 'PrefixOnWords':
        return text.startsWith(wanted) || text.includes(` ${wanted}`);
      case 'ExactPhrase':
        return ` ${text} `.includes(` ${wanted} `);
      default:
        return text.includes(wanted);
    }
  };
  return (candidate) => valuesOf(candidate, key).some((value) => matches(fold(value)));
}

function stripMarks(text: string): string {
  return text.normalize('NFD').replace(/\p{Mn}/gu, '');
}
