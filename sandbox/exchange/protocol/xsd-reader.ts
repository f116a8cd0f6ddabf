/** Reads what XML Schemas say about structure: names, order, occurrence, value types. Nothing else is kept. */
import { SaxesParser } from 'saxes';

export interface Occurs {
  readonly min: number;
  /** Infinity when unbounded. */
  readonly max: number;
}

export type Particle =
  | ({ readonly kind: 'element'; readonly name: string; readonly type: string } & Occurs)
  | ({ readonly kind: 'sequence' | 'choice'; readonly members: readonly Particle[] } & Occurs)
  | ({ readonly kind: 'any' } & Occurs);

export interface ComplexType {
  readonly kind: 'complex';
  readonly base: string | undefined;
  readonly abstract: boolean;
  /** The value type of its text. */
  readonly text: string | undefined;
  readonly attributes: ReadonlyMap<string, { readonly type: string; readonly required: boolean }>;
  readonly content: readonly Particle[];
}

export interface SimpleType {
  readonly kind: 'simple';
  /** What it restricts; `*T` is a list of T, `T|U` a union. */
  readonly base: string;
  readonly facets: readonly string[];
}

export interface XsdFacts {
  readonly types: ReadonlyMap<string, ComplexType | SimpleType>;
  /** Global elements: their type, and the head they may stand in for. */
  readonly elements: ReadonlyMap<string, { readonly type: string; readonly head: string | undefined }>;
}

interface Node {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
}

function parse(source: string): Node {
  const parser = new SaxesParser();
  const root: Node = { tag: '', attributes: {}, children: [] };
  const open = [root];
  parser.on('opentag', ({ name, attributes }) => {
    const node = { tag: name.replace(/^\w+:/, ''), attributes, children: [] };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => open.pop());
  parser.write(source.replace(/^\uFEFF/, '')).close();
  return root.children[0] ?? root;
}

/** `types` and `messages` are the texts of the two schemas of one release. */
export function readXsd(types: string, messages: string): XsdFacts {
  const reader = new XsdReader();
  reader.read(parse(types), 't');
  reader.read(parse(messages), 'm');
  return reader;
}

class XsdReader implements XsdFacts {
  readonly types = new Map<string, ComplexType | SimpleType>();
  readonly elements = new Map<string, { type: string; head: string | undefined }>();
  readonly #groups = new Map<string, Node>();
  #prefix: 't' | 'm' = 't';

  read(schema: Node, prefix: 't' | 'm'): void {
    this.#prefix = prefix;
    const of = (tag: string): Node[] => schema.children.filter((one) => one.tag === tag);
    for (const group of [...of('group'), ...of('attributeGroup')]) this.#groups.set(this.#own(group), group);
    for (const type of [...of('complexType'), ...of('simpleType')]) this.#type(this.#own(type), type);
    for (const element of of('element')) {
      const name = `${prefix}:${element.attributes['name'] ?? ''}`;
      const head = element.attributes['substitutionGroup'];
      this.elements.set(name, { type: this.#elementType(element, name), head: head && this.#ref(head) });
    }
  }

  #own(node: Node): string {
    return `${this.#prefix}:${node.attributes['name'] ?? ''}`;
  }

  #ref(name: string): string {
    const [prefix, local] = name.includes(':') ? (name.split(':') as [string, string]) : ['', name];
    if (prefix === 'xs' || prefix === 'xsd') return `.${local}`;
    return prefix === 't' || prefix === 'm' ? name : `${this.#prefix}:${local}`;
  }

  #elementType(element: Node, path: string): string {
    const named = element.attributes['type'];
    if (named !== undefined) return this.#ref(named);
    const inner = element.children.find((one) => one.tag === 'complexType' || one.tag === 'simpleType');
    if (inner === undefined) return '.anyType';
    const name = `${this.#prefix}:${path.replaceAll(':', '.')}`;
    this.#type(name, inner);
    return name;
  }

  #type(name: string, node: Node): void {
    this.types.set(name, node.tag === 'simpleType' ? this.#simple(name, node) : this.#complex(name, node));
  }

  #simple(name: string, node: Node): SimpleType {
    const inline = (parent: Node, given: string | undefined): string => {
      if (given !== undefined)
        return given
          .split(/\s+/)
          .map((one) => this.#ref(one))
          .join('|');
      return parent.children
        .filter((one) => one.tag === 'simpleType')
        .map((one, index) => {
          const made = `${name}.${index}`;
          this.#type(made, one);
          return made;
        })
        .join('|');
    };
    const list = node.children.find((one) => one.tag === 'list');
    if (list) return { kind: 'simple', base: `*${inline(list, list.attributes['itemType'])}`, facets: [] };
    const union = node.children.find((one) => one.tag === 'union');
    if (union) {
      // Named members and inline ones may stand together.
      const named = union.attributes['memberTypes'];
      const parts = [named === undefined ? '' : inline(union, named), inline(union, undefined)];
      return { kind: 'simple', base: parts.filter((part) => part !== '').join('|'), facets: [] };
    }
    const restriction = node.children.find((one) => one.tag === 'restriction');
    const base = restriction && inline(restriction, restriction.attributes['base']);
    const facets = (restriction?.children ?? []).flatMap((facet) => facetText(facet));
    return { kind: 'simple', base: base ?? '.string', facets };
  }

  #complex(name: string, node: Node): ComplexType {
    const derived = node.children.find((one) => one.tag === 'complexContent' || one.tag === 'simpleContent');
    const body =
      derived?.children.find((one) => one.tag === 'extension' || one.tag === 'restriction') ?? node;
    const base = body === node ? undefined : this.#ref(body.attributes['base'] ?? 'xs:anyType');
    const simple = derived?.tag === 'simpleContent';
    const attributes = new Map<string, { type: string; required: boolean }>();
    this.#attributes(body, name, attributes);
    return {
      kind: 'complex',
      base: simple || base === '.anyType' ? undefined : base,
      abstract: node.attributes['abstract'] === 'true',
      text: simple ? base : undefined,
      attributes,
      content: body.children.flatMap((one) => this.#particle(one, name)),
    };
  }

  #attributes(body: Node, path: string, into: Map<string, { type: string; required: boolean }>): void {
    for (const one of body.children) {
      if (one.tag === 'attributeGroup') {
        const group = this.#groups.get(this.#ref(one.attributes['ref'] ?? ''));
        if (group) this.#attributes(group, path, into);
      }
      const name = one.attributes['name'];
      if (one.tag !== 'attribute' || name === undefined) continue;
      const type = this.#elementType(one, `${path}.${name}`);
      into.set(name, {
        type: type === '.anyType' ? '.string' : type,
        required: one.attributes['use'] === 'required',
      });
    }
  }

  #particle(node: Node, path: string): Particle[] {
    const occurs = {
      min: Number(node.attributes['minOccurs'] ?? 1),
      max:
        node.attributes['maxOccurs'] === 'unbounded' ? Infinity : Number(node.attributes['maxOccurs'] ?? 1),
    };
    const members = (of: Node): Particle[] => of.children.flatMap((one) => this.#particle(one, path));
    switch (node.tag) {
      case 'element': {
        const ref = node.attributes['ref'];
        if (ref !== undefined)
          return [{ kind: 'element', name: this.#ref(ref), type: `=${this.#ref(ref)}`, ...occurs }];
        const name = this.#own(node);
        return [{ kind: 'element', name, type: this.#elementType(node, `${path}.${name}`), ...occurs }];
      }
      case 'sequence':
        return [{ kind: 'sequence', members: members(node), ...occurs }];
      case 'choice':
        return [{ kind: 'choice', members: members(node), ...occurs }];
      case 'all':
        // Any order: as a repeated choice, which forgets that each may come only once.
        return [{ kind: 'choice', members: members(node), min: 0, max: Infinity }];
      case 'group': {
        const group = this.#groups.get(this.#ref(node.attributes['ref'] ?? ''));
        return [{ kind: 'sequence', members: group ? members(group) : [], ...occurs }];
      }
      case 'any':
        return [{ kind: 'any', ...occurs }];
      default:
        return [];
    }
  }
}

function facetText({ tag, attributes }: Node): string[] {
  const value = attributes['value'] ?? '';
  switch (tag) {
    case 'enumeration':
      return [`"${value}`];
    case 'pattern':
      return [`/${value.replaceAll(' ', '\\x20')}`];
    case 'minInclusive':
    case 'minLength':
      return [`>${value}`];
    case 'maxInclusive':
    case 'maxLength':
      return [`<${value}`];
    case 'length':
      return [`>${value}`, `<${value}`];
    default:
      return [];
  }
}
