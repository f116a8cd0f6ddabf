/**
 * What may stand where, by schema: reads schema-facts.ts. Its lines are
 * `! element type [head]` a global element and the element it may stand in for, `? element` the name of a request,
 * `Type [< Base] [~ text] #attribute:type[!] particles` a complex type, `Type = base facets` a simple one. `( )` is a
 * sequence, `[ ]` a choice, `? * + {a,b}` say how often, `.x` is xs:x, types without a prefix are t:, and a trailing
 * `@mask` names the schemas a thing belongs to, bit 0 the oldest; without one it is in all.
 */
import { SCHEMA_FACTS } from './schema-facts.ts';
import { valueCheck } from './schema-value.ts';
import type { ValueCheck } from './schema-value.ts';

export type GrammarParticle =
  | {
      readonly kind: 'element';
      readonly name: string;
      readonly type: string;
      readonly min: number;
      readonly max: number;
    }
  | {
      readonly kind: 'sequence' | 'choice';
      readonly members: readonly GrammarParticle[];
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'any'; readonly min: number; readonly max: number };

export interface GrammarType {
  readonly name: string;
  /** Checks text; undefined for types that have only elements. */
  readonly value: ValueCheck | undefined;
  readonly attributes: ReadonlyMap<string, { readonly check: ValueCheck; readonly required: boolean }>;
  readonly content: readonly GrammarParticle[];
  /** Every element that may appear directly inside, with the name of its type. */
  readonly children: ReadonlyMap<string, string>;
  /** Takes any element. */
  readonly open: boolean;
}

interface RawType {
  base: string | undefined;
  text: string | undefined;
  readonly tokens: string[];
  readonly facets: string[] | undefined;
}

const ALWAYS = -1;

function splitMask(token: string): [string, number] {
  const match = /^(.*)@([0-9a-f]+)$/.exec(token);
  return match?.[1] === undefined || match[2] === undefined
    ? [token, ALWAYS]
    : [match[1], parseInt(match[2], 16)];
}

/** Heads of substitution groups that never stand for themselves; t:Transition does. */
const ABSTRACT_HEADS: ReadonlySet<string> = new Set(['t:Path', 't:SearchExpression']);

/** The grammar of one schema. */
export class SchemaGrammar {
  readonly #bit: number;
  readonly #elements = new Map<string, string>();
  readonly #substitutes = new Map<string, string[]>();
  readonly #requests = new Set<string>();
  readonly #raw = new Map<string, RawType>();
  readonly #types = new Map<string, GrammarType>();
  readonly #checks = new Map<string, ValueCheck>();

  constructor(schema: number) {
    this.#bit = 1 << schema;
    for (const line of SCHEMA_FACTS.trim().split('\n')) this.#line(line.split(' '));
  }

  /** The type of a global element. */
  element(name: string): GrammarType | undefined {
    const type = this.#elements.get(name);
    return type === undefined ? undefined : this.type(type);
  }

  /** Whether the schema has a request of that name, described here or not. */
  hasRequest(name: string): boolean {
    return this.#requests.has(name);
  }

  type(name: string): GrammarType | undefined {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const made = this.#compile(name);
    if (made !== undefined) this.#types.set(name, made);
    return made;
  }

  /** The elements that may stand where the named one is expected; it is not one itself when it is abstract. */
  standIns(name: string): readonly string[] {
    const others = this.#substitutes.get(name) ?? [];
    return others.length > 0 && ABSTRACT_HEADS.has(name) ? others : [name, ...others];
  }

  #has(mask: number): boolean {
    return (mask & this.#bit) !== 0;
  }

  #line(tokens: readonly string[]): void {
    const [first = '', second = '', ...rest] = tokens;
    if (first === '!') {
      const [type = '', ...more] = rest;
      const head = more.find((one) => !one.startsWith('@'));
      if (!this.#has(splitMask(more.at(-1) ?? '')[1])) return;
      this.#elements.set(second, type);
      if (head !== undefined) this.#substitutes.set(head, [...(this.#substitutes.get(head) ?? []), second]);
      return;
    }
    if (first === '?') {
      if (this.#has(parseInt(rest[0] ?? '0', 16))) this.#requests.add(second);
      return;
    }
    const [name, mask] = splitMask(first);
    if (!this.#has(mask)) return;
    if (second === '=') {
      const [base = '.string', ...facets] = rest;
      this.#raw.set(name, { base, text: undefined, tokens: [], facets });
      return;
    }
    const type: RawType = { base: undefined, text: undefined, tokens: [], facets: undefined };
    const remaining = tokens.slice(1);
    while (remaining[0] === '<' || remaining[0] === '~') {
      const [sign, of] = remaining.splice(0, 2);
      if (sign === '<') type.base = of;
      else type.text = of;
    }
    type.tokens.push(...remaining);
    this.#raw.set(name, type);
  }

  #check(name: string): ValueCheck {
    const known = this.#checks.get(name);
    if (known !== undefined) return known;
    const raw = this.#raw.get(name);
    const made =
      raw?.facets === undefined
        ? raw === undefined
          ? valueCheck({ name, base: name, facets: [] }, (one) => this.#check(one))
          : this.#check(raw.text ?? '.string')
        : valueCheck(
            {
              name,
              base: raw.base ?? '.string',
              facets: raw.facets
                .map(splitMask)
                .filter(([, mask]) => this.#has(mask))
                .map(([facet]) => facet),
            },
            (one) => this.#check(one),
          );
    this.#checks.set(name, made);
    return made;
  }

  #compile(name: string): GrammarType | undefined {
    const none = { attributes: new Map(), content: [], children: new Map() };
    if (name.startsWith('.')) return { name, value: this.#check(name), open: name === '.anyType', ...none };
    const raw = this.#raw.get(name);
    if (raw === undefined) return undefined;
    if (raw.facets !== undefined) return { name, value: this.#check(name), open: false, ...none };
    const base = raw.base === undefined ? undefined : this.type(raw.base);
    const attributes = new Map(base?.attributes);
    const own = raw.tokens.filter((token) => !token.startsWith('#'));
    for (const token of raw.tokens) {
      const [text, mask] = splitMask(token);
      const match = /^#([^:]+):([^!]+)(!?)$/.exec(text);
      if (match?.[1] === undefined || match[2] === undefined || !this.#has(mask)) continue;
      attributes.set(match[1], { check: this.#check(match[2]), required: match[3] === '!' });
    }
    const content = [...(base?.content ?? []), ...this.#particles(own)];
    const children = new Map<string, string>();
    let open = false;
    const collect = (particle: GrammarParticle): void => {
      if (particle.kind === 'element') {
        for (const one of this.standIns(particle.name)) {
          children.set(one, one === particle.name ? particle.type : (this.#elements.get(one) ?? '.anyType'));
        }
      } else if (particle.kind === 'any') open = true;
      else particle.members.forEach(collect);
    };
    content.forEach(collect);
    const value = raw.text === undefined ? base?.value : this.#simpleText(raw.text);
    return { name, value, attributes, content, children, open };
  }

  #simpleText(name: string): ValueCheck {
    return this.type(name)?.value ?? this.#check(name);
  }

  #particles(tokens: readonly string[]): GrammarParticle[] {
    const stack: GrammarParticle[][] = [[]];
    for (const token of tokens) {
      if (token === '(' || token === '[') {
        stack.push([]);
        continue;
      }
      const [text, mask] = splitMask(token);
      const match = /^(.*?)(\?|\*|\+|\{\d+,\d*\})?$/.exec(text);
      const core = match?.[1] ?? text;
      const occurs = readOccurs(match?.[2]);
      if (core === ')' || core === ']') {
        const members = stack.pop() ?? [];
        if (this.#has(mask))
          stack.at(-1)?.push({ kind: core === ')' ? 'sequence' : 'choice', members, ...occurs });
        continue;
      }
      if (!this.#has(mask)) continue;
      if (core === '...') {
        stack.at(-1)?.push({ kind: 'any', ...occurs });
        continue;
      }
      const [prefix = '', local = '', ...type] = core.split(':');
      const name = `${prefix}:${local}`;
      stack.at(-1)?.push({
        kind: 'element',
        name,
        type: type.length === 0 ? (this.#elements.get(name) ?? '.anyType') : type.join(':'),
        ...occurs,
      });
    }
    return stack[0] ?? [];
  }
}

function readOccurs(text: string | undefined): { min: number; max: number } {
  switch (text) {
    case undefined:
      return { min: 1, max: 1 };
    case '?':
      return { min: 0, max: 1 };
    case '*':
      return { min: 0, max: Infinity };
    case '+':
      return { min: 1, max: Infinity };
    default: {
      const [min = '1', max = ''] = text.slice(1, -1).split(',');
      return { min: Number(min), max: max === '' ? Infinity : Number(max) };
    }
  }
}

const GRAMMARS: (SchemaGrammar | undefined)[] = [];

/** The grammar of the Nth schema, read when first needed. */
export function grammarOf(schema: number): SchemaGrammar {
  return (GRAMMARS[schema] ??= new SchemaGrammar(schema));
}
