/** Judges a request by the grammar of a schema. */
import type { XmlElement } from '../xml-tree.ts';
import type { GrammarParticle, GrammarType, SchemaGrammar } from './schema-grammar.ts';

/** The first thing wrong with a request. */
export interface Violation {
  readonly text: string;
  readonly at: XmlElement;
}

const NAMESPACES: Readonly<Record<string, string>> = {
  t: 'http://schemas.microsoft.com/exchange/services/2006/types',
  m: 'http://schemas.microsoft.com/exchange/services/2006/messages',
};

/** What is wrong with the child of soap:Body, or undefined when it is valid. */
export function findViolation(request: XmlElement, grammar: SchemaGrammar): Violation | undefined {
  const type = grammar.element(request.name);
  if (type === undefined)
    return { text: `The ${quoted(request.name)} element is not declared.`, at: request };
  return elementViolation(request, type, grammar);
}

function quoted(name: string): string {
  const [prefix = '', local] = name.split(':');
  const namespace = NAMESPACES[prefix];
  return local === undefined || namespace === undefined ? `'${name}'` : `'${namespace}:${local}'`;
}

function elementViolation(
  element: XmlElement,
  declared: GrammarType,
  grammar: SchemaGrammar,
): Violation | undefined {
  const given = element.attributes['xsi:type'];
  const type = given === undefined ? declared : namedType(given, grammar);
  if (type === undefined) return { text: `This is an invalid xsi:type '${given}'.`, at: element };
  if (type.open) return undefined;
  const wrong = attributeViolation(element, type);
  if (wrong !== undefined) return wrong;
  if (element.attributes['xsi:nil'] === 'true' && element.children.length === 0) return undefined;
  if (type.value !== undefined) {
    const [first] = element.children;
    if (first !== undefined) return unexpected(element, first);
    const text = type.value(element.text);
    return text === undefined
      ? undefined
      : { text: `The ${quoted(element.name)} element is invalid - ${text}`, at: element };
  }
  if (element.text.trim() !== '') {
    return { text: `The element ${quoted(element.name)} cannot contain text.`, at: element };
  }
  return childrenViolation(element, type, grammar);
}

/** Prefixes are the client's own: only the local part tells. */
function namedType(name: string, grammar: SchemaGrammar): GrammarType | undefined {
  const local = name.replace(/^.*:/, '');
  return grammar.type(local) ?? grammar.type(`m:${local}`) ?? grammar.type(`.${local}`);
}

function attributeViolation(element: XmlElement, type: GrammarType): Violation | undefined {
  for (const name in element.attributes) {
    // Attributes of other namespaces, such as xsi:type and soap:mustUnderstand
    if (name.includes(':')) continue;
    const attribute = type.attributes.get(name);
    if (attribute === undefined) return { text: `The '${name}' attribute is not declared.`, at: element };
    const text = attribute.check(element.attributes[name] ?? '');
    if (text !== undefined) return { text: `The '${name}' attribute is invalid - ${text}`, at: element };
  }
  for (const [name, { required }] of type.attributes) {
    if (required && element.attributes[name] === undefined) {
      return { text: `The required attribute '${name}' is missing.`, at: element };
    }
  }
  return undefined;
}

function unexpected(parent: XmlElement, at: XmlElement): Violation {
  return { text: `The element ${quoted(parent.name)} has invalid child element ${quoted(at.name)}.`, at };
}

function childrenViolation(
  element: XmlElement,
  type: GrammarType,
  grammar: SchemaGrammar,
): Violation | undefined {
  const match = new ContentMatch(element.children, grammar);
  let at = 0;
  for (const particle of type.content) {
    at = match.repeated(particle, at);
    if (at < 0) break;
  }
  if (at < element.children.length) {
    const culprit = element.children[match.furthest];
    if (culprit !== undefined) return unexpected(element, culprit);
    const text = `The element ${quoted(element.name)} has incomplete content.`;
    return {
      text: `${text}${match.expected === undefined ? '' : ` Expected: ${quoted(match.expected)}.`}`,
      at: element,
    };
  }
  for (const [index, one] of element.children.entries()) {
    const typeName = match.types[index];
    const childType = typeName === undefined ? undefined : grammar.type(typeName);
    const wrong = childType === undefined ? undefined : elementViolation(one, childType, grammar);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Schemas are deterministic, so that taking what fits first is always right. */
class ContentMatch {
  furthest = 0;
  expected: string | undefined;
  readonly types: (string | undefined)[] = [];
  readonly #children: readonly XmlElement[];
  readonly #grammar: SchemaGrammar;

  constructor(children: readonly XmlElement[], grammar: SchemaGrammar) {
    this.#children = children;
    this.#grammar = grammar;
  }

  /** The index after what the particle takes from `at` on; -1 when it does not fit. */
  repeated(particle: GrammarParticle, at: number): number {
    let count = 0;
    let position = at;
    while (count < particle.max) {
      const next = this.#once(particle, position);
      if (next < 0) break;
      if (next === position) return position;
      position = next;
      count++;
    }
    return count < particle.min ? -1 : position;
  }

  #once(particle: GrammarParticle, at: number): number {
    switch (particle.kind) {
      case 'any':
        return at < this.#children.length ? at + 1 : -1;
      case 'element':
        return this.#element(particle, at);
      case 'sequence': {
        let position = at;
        for (const member of particle.members) {
          position = this.repeated(member, position);
          if (position < 0) return -1;
        }
        return position;
      }
      case 'choice': {
        let empty = -1;
        for (const member of particle.members) {
          const next = this.repeated(member, at);
          if (next > at) return next;
          if (next === at) empty = at;
        }
        return empty;
      }
    }
  }

  #element(particle: Extract<GrammarParticle, { kind: 'element' }>, at: number): number {
    const name = this.#children[at]?.name;
    const fits = name !== undefined && this.#grammar.standIns(particle.name).includes(name);
    if (!fits) {
      if (particle.min > 0 && at >= this.furthest) this.expected = particle.name;
      return -1;
    }
    this.types[at] = name === particle.name ? particle.type : this.#grammar.element(name)?.name;
    this.furthest = Math.max(this.furthest, at + 1);
    return at + 1;
  }
}
