/** vCard 2.1, 3.0 and 4.0, card by card, in bounded memory. Sources: the vCard 2.1 specification, RFC 2426, RFC 6350. */

/** One property as it is written: bytes as letters (latin1) unless the file is UTF-16, nothing decoded. */
export interface Property {
  /** Upper case, without its group. */
  readonly name: string;
  /** By upper-case name; in vCard 2.1 a type may stand alone. */
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  readonly value: string;
}

export type Card =
  | { readonly line: number; readonly version: string; readonly properties: readonly Property[] }
  | { readonly line: number; readonly problem: string };

/** A picture of 2 MB and notes of 1 MB have 4 million letters. */
const longestCard = 8_000_000;

interface OpenCard {
  readonly line: number;
  readonly lines: { readonly line: number; readonly text: string }[];
  characters: number;
  /** Cards within it (AGENT in vCard 2.1). */
  depth: number;
}

export class VcardReader {
  #text = '';
  #line = 0;
  #card: OpenCard | null = null;
  /** Text between cards is told once. */
  #strayTold = false;

  push(text: string): Card[] {
    this.#text += text;
    return this.#take(false);
  }

  end(): Card[] {
    const cards = this.#take(true);
    if (this.#card) cards.push({ line: this.#card.line, problem: 'the card has no END:VCARD' });
    this.#card = null;
    return cards;
  }

  #take(last: boolean): Card[] {
    const cards: Card[] = [];
    const lineEnd = /\r\n?|\n/g;
    let at = 0;
    for (let match = lineEnd.exec(this.#text); match; match = lineEnd.exec(this.#text)) {
      // A carriage return at the very end may be half of a line end.
      if (match[0] === '\r' && lineEnd.lastIndex === this.#text.length && !last) break;
      this.#see(this.#text.slice(at, match.index), cards);
      at = lineEnd.lastIndex;
    }
    this.#text = this.#text.slice(at);
    if (last && this.#text !== '') this.#see(this.#text, cards);
    else if (this.#text.length > longestCard) {
      this.#text = '';
      if (this.#card) this.#card.characters = Infinity;
    }
    return cards;
  }

  #see(text: string, cards: Card[]): void {
    this.#line += 1;
    const card = this.#card;
    const isBegin = /^BEGIN:VCARD\s*$/i.test(text);
    if (isBegin && card && isAgent(card.lines.at(-1)?.text)) {
      card.depth += 1;
    } else if (isBegin) {
      if (card) cards.push({ line: card.line, problem: 'the card has no END:VCARD' });
      this.#card = { line: this.#line, lines: [], characters: 0, depth: 0 };
      this.#strayTold = false;
    } else if (!card) {
      if (text.trim() === '' || this.#strayTold) return;
      this.#strayTold = true;
      cards.push({ line: this.#line, problem: 'text outside of a card' });
    } else if (/^END:VCARD\s*$/i.test(text)) {
      if (card.depth > 0) card.depth -= 1;
      else this.#finish(card, cards);
    } else if (card.depth === 0) {
      card.characters += text.length;
      if (card.characters <= longestCard) card.lines.push({ line: this.#line, text });
    }
  }

  #finish(card: OpenCard, cards: Card[]): void {
    this.#card = null;
    if (card.characters > longestCard) {
      cards.push({ line: card.line, problem: 'a card beyond 8 million characters' });
    } else {
      cards.push(readCard(card));
    }
  }
}

function isAgent(text: string | undefined): boolean {
  return text !== undefined && /^AGENT\b[^:]*:\s*$/i.test(text);
}

function readCard({ line, lines }: OpenCard): Card {
  const version =
    /^VERSION:\s*(\S+)/i.exec(lines.find(({ text }) => /^VERSION:/i.test(text))?.text ?? '')?.[1] ?? '3.0';
  const properties: Property[] = [];
  for (let index = 0; index < lines.length;) {
    const first = lines[index];
    if (!first) break;
    index += 1;
    if (first.text.trim() === '') continue;
    const pieces = [first.text];
    const isQuotedPrintable = /^[^:]*[;=]QUOTED-PRINTABLE\s*[;:]/i.test(first.text);
    for (let next = lines[index]; next && /^[ \t]/.test(next.text); next = lines[index]) {
      // A soft line break joins lines as they are, white space included.
      if (isQuotedPrintable && pieces.at(-1)?.endsWith('=')) break;
      pieces.push(unfolded(next.text, version));
      index += 1;
    }
    const property = readProperty(pieces.join(''));
    if (!property) return { line, problem: `line ${first.line} is no property` };
    const more = valueLines(property, lines, index);
    index += more.length;
    properties.push(more.length === 0 ? property : { ...property, value: joined(property, more) });
  }
  return { line, version, properties };
}

/** vCard 2.1 breaks a line where white space is, which belongs to the text; later versions put a space in. */
function unfolded(text: string, version: string): string {
  return version === '2.1' ? text : text.slice(1);
}

/** Lines that belong to the value although nothing folds them: soft line breaks, and base64 up to an empty line. */
function valueLines(
  property: Property,
  lines: readonly { readonly text: string }[],
  from: number,
): readonly string[] {
  const more: string[] = [];
  const encoding = encodingOf(property);
  if (encoding === 'quoted-printable') {
    let value = property.value;
    for (let next = lines[from]; next && value.endsWith('='); next = lines[from + more.length]) {
      more.push(next.text);
      value = next.text;
    }
  } else if (encoding === 'base64') {
    for (let next = lines[from]; next && isBase64(next.text); next = lines[from + more.length]) {
      more.push(next.text);
    }
  }
  return more;
}

function isBase64(text: string): boolean {
  return /^[ \t]*[A-Za-z0-9+/]+={0,2}\s*$/.test(text);
}

function joined(property: Property, more: readonly string[]): string {
  const pieces = [property.value, ...more];
  if (encodingOf(property) === 'base64') return pieces.join('');
  return pieces.map((piece, index) => (index < pieces.length - 1 ? piece.replace(/=$/, '') : piece)).join('');
}

function readProperty(text: string): Property | null {
  const colon = indexOutsideQuotes(text, ':');
  if (colon === -1) return null;
  const [head = '', ...written] = splitOutsideQuotes(text.slice(0, colon), ';');
  const name = head
    .slice(head.lastIndexOf('.') + 1)
    .trim()
    .toUpperCase();
  if (!/^[A-Z0-9-]+$/.test(name)) return null;
  const parameters = new Map<string, string[]>();
  for (const parameter of written) {
    const equals = parameter.indexOf('=');
    const key = equals === -1 ? bareParameter(parameter) : parameter.slice(0, equals).trim().toUpperCase();
    const values = splitOutsideQuotes(parameter.slice(equals + 1), ',').map((value) =>
      value.trim().replace(/^"(.*)"$/, '$1'),
    );
    // "work,voice" in quotes is a list of types all the same: some writers of vCard 4.0 do so.
    parameters.set(key, [...(parameters.get(key) ?? []), ...values.flatMap((value) => value.split(','))]);
  }
  return { name, parameters, value: text.slice(colon + 1) };
}

/** In vCard 2.1 the value may stand without its name. */
function bareParameter(value: string): string {
  return /^(quoted-printable|base64|b|8bit|7bit)$/i.test(value.trim()) ? 'ENCODING' : 'TYPE';
}

function indexOutsideQuotes(text: string, letter: string): number {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === letter && !quoted) return at;
  }
  return -1;
}

function splitOutsideQuotes(text: string, letter: string): string[] {
  const parts: string[] = [];
  for (let rest = text; ;) {
    const at = indexOutsideQuotes(rest, letter);
    if (at === -1) return [...parts, rest];
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
}

export function encodingOf({ parameters }: Property): 'quoted-printable' | 'base64' | null {
  const written = parameters.get('ENCODING')?.[0]?.toLowerCase();
  if (written === 'quoted-printable') return 'quoted-printable';
  return written === 'base64' || written === 'b' ? 'base64' : null;
}
