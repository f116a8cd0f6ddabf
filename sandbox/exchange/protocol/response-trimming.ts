/** Takes out of an answer what the schema asked for does not know. */
import { SCHEMA } from '../releases/schema.ts';
import { grammarOf } from './schema-grammar.ts';
import type { GrammarType, SchemaGrammar } from './schema-grammar.ts';

/*
 * Our own answers have only tags of the prefixes t and m, quoted attributes with `>` escaped, no comments, no CDATA. So
 * the next `<` always begins a tag and the next `>` ends it; a parser would cost as much as making the answer.
 */

const ATTRIBUTE = /\s([\w:.-]+)="([^"]*)"/g;
const SLASH = 0x2f;
const SPACE = 0x20;

/** A tag between `start` and `end`, both brackets included. */
interface Tag {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly empty: boolean;
  /** Where the attributes begin; `end` minus the closing characters when there are none. */
  readonly attributesAt: number;
}

/** The body with every element and attribute left out that is not in the schema; unknown response codes become generic. */
export function trimResponse(body: string, schema: number): string {
  const trimmer = new Trimmer(body, schema);
  return trimmer.run();
}

class Trimmer {
  readonly #body: string;
  readonly #grammar: SchemaGrammar;
  readonly #pieces: string[] = [];
  readonly #open: (GrammarType | undefined)[] = [];
  readonly #lessAttributes: (type: GrammarType) => boolean;
  /** Everything before is in the pieces, or left out. */
  #kept = 0;

  constructor(body: string, schema: number) {
    this.#body = body;
    this.#grammar = grammarOf(schema);
    this.#lessAttributes = lessAttributes(schema);
  }

  run(): string {
    const body = this.#body;
    for (let start = body.indexOf('<'); start >= 0;) {
      const end = body.indexOf('>', start);
      if (body.charCodeAt(start + 1) === SLASH) this.#open.pop();
      else {
        const after = this.#opening(readTag(body, start, end));
        if (after !== undefined) {
          start = body.indexOf('<', after);
          continue;
        }
      }
      start = body.indexOf('<', end);
    }
    if (this.#kept === 0) return body;
    this.#pieces.push(body.slice(this.#kept));
    return this.#pieces.join('');
  }

  /** Where to go on, when the element was left out. */
  #opening(tag: Tag): number | undefined {
    const parent = this.#open.at(-1);
    const type = this.#typeOf(tag, parent);
    if (type === null) {
      this.#keepUntil(tag.start);
      this.#kept = tag.empty ? tag.end + 1 : endOfElement(this.#body, tag);
      return this.#kept;
    }
    if (type !== undefined && this.#lessAttributes(type)) this.#trimAttributes(tag, type);
    if (!tag.empty) this.#open.push(type);
    if (tag.name === 'm:ResponseCode' && type?.value !== undefined) this.#checkCode(tag.end + 1, type);
    return undefined;
  }

  /** null: not in the schema; undefined: inside something the grammar leaves open. */
  #typeOf(tag: Tag, parent: GrammarType | undefined): GrammarType | undefined | null {
    const { name } = tag;
    if (name === 'm:AlternateId') {
      const given = /\sxsi:type="(?:\w+:)?(\w+)"/.exec(this.#body.slice(tag.attributesAt, tag.end))?.[1];
      if (given !== undefined) return this.#grammar.type(given);
    }
    if (this.#open.length === 0) return this.#grammar.element(name);
    if (parent === undefined || parent.open) return undefined;
    const type = parent.children.get(name);
    return type === undefined ? null : this.#grammar.type(type);
  }

  #trimAttributes(tag: Tag, type: GrammarType): void {
    const attributes = this.#body.slice(tag.attributesAt, tag.end);
    const known = attributes.replace(ATTRIBUTE, (text, name: string) =>
      name.includes(':') || name === 'xmlns' || type.attributes.has(name) ? text : '',
    );
    if (known === attributes) return;
    this.#keepUntil(tag.attributesAt);
    this.#pieces.push(known);
    this.#kept = tag.end;
  }

  #checkCode(start: number, type: GrammarType): void {
    const end = this.#body.indexOf('<', start);
    if (type.value?.(this.#body.slice(start, end)) === undefined) return;
    this.#keepUntil(start);
    this.#pieces.push('ErrorInternalServerError');
    this.#kept = end;
  }

  #keepUntil(index: number): void {
    this.#pieces.push(this.#body.slice(this.#kept, index));
  }
}

function readTag(body: string, start: number, end: number): Tag {
  const empty = body.charCodeAt(end - 1) === SLASH;
  const last = empty ? end - 1 : end;
  let attributesAt = start + 1;
  while (attributesAt < last && body.charCodeAt(attributesAt) !== SPACE) attributesAt++;
  return { name: body.slice(start + 1, attributesAt), start, end, empty, attributesAt };
}

/** The index after the closing tag that belongs to this opening one. */
function endOfElement(body: string, opening: Tag): number {
  let depth = 1;
  let end = opening.end;
  while (depth > 0) {
    const start = body.indexOf('<', end);
    if (start < 0) return body.length;
    end = body.indexOf('>', start);
    if (body.charCodeAt(start + 1) === SLASH) depth--;
    else if (body.charCodeAt(end - 1) !== SLASH) depth++;
  }
  return end + 1;
}

const LESS = new Map<string, boolean>();

/** Whether a type has fewer attributes in this schema than in the newest. */
function lessAttributes(schema: number): (type: GrammarType) => boolean {
  const newest = grammarOf(SCHEMA.Exchange2019);
  return (type) => {
    const key = `${schema} ${type.name}`;
    let less = LESS.get(key);
    if (less === undefined) {
      less = !type.open && type.attributes.size < (newest.type(type.name)?.attributes.size ?? 0);
      LESS.set(key, less);
    }
    return less;
  };
}
