/** Takes out of an answer what the schema asked for does not know. */
import { grammarOf } from './schema-grammar.ts';
import type { GrammarType, SchemaGrammar } from './schema-grammar.ts';

/** Our own answers have tags only of these two prefixes, quoted attributes with `>` escaped, no comments, no CDATA. */
const TAG = /<(\/?)([tm]:\w+)([^>]*?)(\/?)>/g;
const ATTRIBUTE = /\s([\w:.-]+)="([^"]*)"/g;
const CODE = '</m:ResponseCode>';

/** The body with every element and attribute left out that is not in the schema; unknown response codes become generic. */
export function trimResponse(body: string, schema: number): string {
  const grammar = grammarOf(schema);
  const pieces: string[] = [];
  const open: (GrammarType | undefined)[] = [];
  let kept = 0;
  let skipping = 0;
  TAG.lastIndex = 0;
  for (let match = TAG.exec(body); match !== null; match = TAG.exec(body)) {
    const [tag, closing, name = '', attributes = '', empty] = match;
    if (closing === '/') {
      if (skipping > 0) {
        skipping--;
        if (skipping === 0) kept = match.index + tag.length;
        continue;
      }
      open.pop();
      continue;
    }
    if (skipping > 0) {
      if (empty !== '/') skipping++;
      continue;
    }
    const parent = open.at(-1);
    const type = typeOf(name, { parent, top: open.length === 0, attributes }, grammar);
    if (type === null) {
      pieces.push(body.slice(kept, match.index));
      if (empty === '/') kept = match.index + tag.length;
      else skipping = 1;
      continue;
    }
    const trimmed = attributes === '' || type === undefined ? attributes : knownAttributes(attributes, type);
    if (trimmed !== attributes) {
      pieces.push(body.slice(kept, match.index), `<${name}${trimmed}${empty}>`);
      kept = match.index + tag.length;
    }
    if (empty !== '/') open.push(type);
    if (name === 'm:ResponseCode' && type?.value !== undefined) {
      const start = match.index + tag.length;
      const end = body.indexOf(CODE, start);
      if (type.value(body.slice(start, end)) !== undefined) {
        pieces.push(body.slice(kept, start), 'ErrorInternalServerError');
        kept = end;
      }
    }
  }
  if (kept === 0 && pieces.length === 0) return body;
  pieces.push(body.slice(kept));
  return pieces.join('');
}

/** null: not in the schema; undefined: inside something the grammar leaves open. */
function typeOf(
  name: string,
  place: { readonly parent: GrammarType | undefined; readonly top: boolean; readonly attributes: string },
  grammar: SchemaGrammar,
): GrammarType | undefined | null {
  const given = /\sxsi:type="(?:\w+:)?(\w+)"/.exec(place.attributes)?.[1];
  if (given !== undefined) return grammar.type(given);
  if (place.top) return grammar.element(name);
  if (place.parent === undefined || place.parent.open) return undefined;
  const type = place.parent.children.get(name);
  return type === undefined ? null : grammar.type(type);
}

function knownAttributes(attributes: string, type: GrammarType): string {
  if (type.open) return attributes;
  return attributes.replace(ATTRIBUTE, (text, name: string) =>
    name.includes(':') || name === 'xmlns' || type.attributes.has(name) ? text : '',
  );
}
