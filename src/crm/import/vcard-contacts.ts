/** Contacts out of a vCard file. */
import { isUtf8 } from 'node:buffer';
import type { Photo } from '../../sync/model.ts';
import { ContactDraft } from './contact-draft.ts';
import { badByteProblem, decodeLeniently, encodingNamed } from './encoding.ts';
import { Unplaced } from './import-source.ts';
import type { Entry, ImportSource } from './import-source.ts';
import type { TextFile } from './text-file.ts';
import { encodingOf, VcardReader } from './vcard-reader.ts';
import type { Card, Property } from './vcard-reader.ts';

export function openVcard(file: TextFile): ImportSource {
  const unplaced = new Unplaced();
  let readBytes = 0;
  // A card may say the charset of each value, so the bytes are kept until then; not so in UTF-16, where they are pairs.
  const wide = file.encoding.startsWith('utf-16');
  async function* pieces(): AsyncGenerator<string> {
    if (wide) {
      for await (const piece of file.text()) {
        readBytes = piece.readBytes;
        yield piece.content;
      }
    } else {
      for await (const piece of file.bytes()) {
        readBytes = piece.readBytes;
        yield piece.content.toString('latin1');
      }
    }
  }
  return {
    format: 'vcard',
    file,
    delimiter: null,
    dates: null,
    unplaced,
    readBytes: () => readBytes,
    async *entries() {
      const reader = new VcardReader();
      const context = { encoding: wide ? null : file.encoding, unplaced };
      for await (const text of pieces()) {
        for (const card of reader.push(text)) yield toEntry(card, context);
      }
      for (const card of reader.end()) yield toEntry(card, context);
    },
  };
}

interface CardContext {
  /** Null where the text is decoded already. */
  readonly encoding: string | null;
  readonly unplaced: Unplaced;
}

/** What says nothing about a person, or says again in other words what another property says. */
const redundant = new Set(['VERSION', 'PRODID', 'REV', 'UID', 'LABEL', 'MAILER', 'SORT-STRING', 'X-ABLABEL']);

function toEntry(card: Card, { encoding, unplaced }: CardContext): Entry {
  if ('problem' in card) return card;
  const draft = new ContactDraft();
  const problems: string[] = [];
  let wholeName = '';
  const byPreference = card.properties.toSorted((one, other) => rank(one) - rank(other));
  for (const property of byPreference) {
    const { name } = property;
    if (redundant.has(name)) continue;
    if (encoding === 'utf-8' && hasBadByte(property)) {
      problems.push(`${name}: ${badByteProblem}`);
      continue;
    }
    const text = new PropertyText(property, card.version, encoding);
    if (name === 'KIND' || name === 'X-ADDRESSBOOKSERVER-KIND') {
      if (text.whole().toLowerCase() === 'group')
        return { line: card.line, problem: 'a group, and not a person' };
    } else if (name === 'FN') {
      wholeName ||= text.whole();
    } else {
      const outcome = fill(draft, property, text);
      if (outcome === 'unplaced') unplaced.count(name);
      else if (outcome !== 'filled') problems.push(`${name}: ${outcome.invalid}`);
    }
  }
  if (wholeName) draft.setWholeName(wholeName);
  const { line } = card;
  return problems.length > 0 ? { line, problem: problems.join('; ') } : { line, values: draft.values };
}

/** Of one that follows the encoding of a file in UTF-8. */
function hasBadByte(property: Property): boolean {
  return charsetOf(property) === null && !isUtf8(Buffer.from(property.value, 'latin1'));
}

function charsetOf({ parameters }: Property): string | null {
  return encodingNamed(parameters.get('CHARSET')?.[0] ?? '');
}

/** PREF=1 is the most preferred (4.0); PREF alone as a type (2.1, 3.0) as much. */
function rank({ parameters }: Property): number {
  if (typesOf(parameters).includes('pref')) return 1;
  const preference = Number(parameters.get('PREF')?.[0]);
  return preference >= 1 && preference <= 100 ? preference : 101;
}

function typesOf(parameters: Property['parameters']): string[] {
  return (parameters.get('TYPE') ?? []).map((type) => type.toLowerCase());
}

type Outcome = 'filled' | 'unplaced' | { readonly invalid: string };

function fill(draft: ContactDraft, property: Property, text: PropertyText): Outcome {
  const placed = (done: boolean): Outcome => (done ? 'filled' : 'unplaced');
  const setText = (field: string, value: string): boolean => value === '' || draft.set(field, value);
  const types = typesOf(property.parameters);
  switch (property.name) {
    case 'N': {
      const parts = text.parts();
      const fields = ['surname', 'givenName', 'middleName', 'prefix', 'suffix'];
      return placed(fields.map((field, index) => setText(field, parts[index] ?? '')).every(Boolean));
    }
    case 'NICKNAME':
      return placed(setText('nickname', text.list().join(', ')));
    case 'ORG': {
      const [company = '', ...units] = text.parts();
      const department = units.filter((unit) => unit !== '').join(', ');
      return placed([setText('company', company), setText('department', department)].every(Boolean));
    }
    case 'TITLE':
      return placed(setText('jobTitle', text.whole()));
    case 'EMAIL': {
      const address = text.whole().replace(/^mailto:/i, '');
      return placed(address === '' || draft.addEmail(address));
    }
    case 'TEL': {
      const number = text.whole().replace(/^tel:/i, '');
      return placed(number === '' || draft.addPhone(types, number));
    }
    case 'ADR': {
      const [box = '', extended = '', street = '', city = '', state = '', postalCode = '', country = ''] =
        text.parts();
      const lines = [box, extended, street].filter((line) => line !== '').join('\n');
      return placed(draft.addAddress(types, { street: lines, city, state, postalCode, country }));
    }
    case 'URL':
      return placed(setText('webPage', text.whole()));
    case 'NOTE':
      return placed(setText('notes', text.whole()));
    case 'CATEGORIES':
      draft.addCategories(text.list());
      return 'filled';
    case 'BDAY':
      return fillBirthday(draft, property, text.whole());
    case 'PHOTO':
    case 'X-MS-CARDPICTURE':
      return fillPhoto(draft, property, text);
    default:
      return 'unplaced';
  }
}

/** A birthday without a year (`--0407`, or Apple's 1604) has no place: the field is a date. */
function fillBirthday(draft: ContactDraft, { parameters }: Property, text: string): Outcome {
  if (text === '') return 'filled';
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?$/.exec(text) ?? [];
  if (year === undefined) {
    const partly = text.startsWith('--') || /^\d{4}(-\d{2})?$/.test(text);
    return partly || parameters.get('VALUE')?.[0]?.toLowerCase() === 'text'
      ? 'unplaced'
      : { invalid: 'not a date' };
  }
  if (parameters.get('X-APPLE-OMIT-YEAR')?.[0] === year) return 'unplaced';
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date)
    return { invalid: 'not a date' };
  return draft.set('birthday', date) ? 'filled' : 'unplaced';
}

const pictures: readonly { readonly mediaType: string; readonly beginning: string }[] = [
  { mediaType: 'image/jpeg', beginning: '\u00ff\u00d8\u00ff' },
  { mediaType: 'image/png', beginning: '\u0089PNG' },
  { mediaType: 'image/gif', beginning: 'GIF8' },
  { mediaType: 'image/bmp', beginning: 'BM' },
  { mediaType: 'image/webp', beginning: 'RIFF' },
];

/** Only what the card holds itself: an address of a picture is not fetched. */
function fillPhoto(draft: ContactDraft, property: Property, text: PropertyText): Outcome {
  const base64 =
    encodingOf(property) === 'base64' ? property.value : /^data:[^,]*;base64,(.*)$/s.exec(text.uri())?.[1];
  if (base64 === undefined) return 'unplaced';
  const bytes = Buffer.from(base64.replace(/\s+/g, ''), 'base64');
  const beginning = bytes.toString('latin1', 0, 4);
  const picture = pictures.find((one) => beginning.startsWith(one.beginning));
  if (!picture) return 'unplaced';
  const photo: Photo = { mediaType: picture.mediaType, content: bytes.toString('base64') };
  return draft.set('photo', photo) ? 'filled' : 'unplaced';
}

/** A property's value, decoded as its parameters say and the version escapes. */
class PropertyText {
  readonly #text: string;
  readonly #version: string;

  constructor(property: Property, version: string, encoding: string | null) {
    this.#text = decoded(property, encoding);
    this.#version = version;
  }

  whole(): string {
    return unescaped(this.#text, this.#version).trim();
  }

  /** For URIs, whose commas and semicolons some writers escape. */
  uri(): string {
    return this.#text.replace(/\\([,;:])/g, '$1').trim();
  }

  /** The components of a structured value; a list within one is joined by spaces. */
  parts(): string[] {
    return split(this.#text, ';').map((part) =>
      (this.#version === '2.1' ? [part] : split(part, ','))
        .map((one) => unescaped(one, this.#version).trim())
        .filter((one) => one !== '')
        .join(' '),
    );
  }

  list(): string[] {
    return split(this.#text, ',')
      .map((one) => unescaped(one, this.#version).trim())
      .filter((one) => one !== '');
  }
}

function decoded(property: Property, encoding: string | null): string {
  const isQuotedPrintable = encodingOf(property) === 'quoted-printable';
  if (encoding === null && !isQuotedPrintable) return property.value;
  const charset = charsetOf(property) ?? encoding ?? 'utf-8';
  const letters = isQuotedPrintable
    ? property.value.replace(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    : property.value;
  return decodeLeniently(Buffer.from(letters, 'latin1'), charset).replace(/\r\n?/g, '\n');
}

/** Splits at a letter that no backslash stands before. */
function split(text: string, letter: string): string[] {
  const parts: string[] = [];
  let begin = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === letter) {
      parts.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  return [...parts, text.slice(begin)];
}

/** In vCard 2.1 a backslash only keeps a separator from being one; `\n` is no line break there. */
function unescaped(text: string, version: string): string {
  if (version === '2.1') return text.replace(/\\([;,:\\])/g, '$1');
  return text.replace(/\\(.)/gs, (_, letter: string) => (letter === 'n' || letter === 'N' ? '\n' : letter));
}
