/** Header values of RFC 5322: encoded words (RFC 2047), addresses, parameters (RFC 2231). */

export interface MimeAddress {
  readonly name?: string;
  readonly address: string;
}

const ENCODED_WORD = /=\?([^?*\s]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi;

/** Bytes in a charset as text; one that is unknown is read as Windows-1252. */
export function decodeCharset(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Decodes encoded words; white space between two of them is no part of the text. */
export function decodeWords(value: string): string {
  const joined = value.replace(/(\?=)\s+(?==\?[^?\s]+\?[bq]\?)/gi, '$1');
  return joined.replace(ENCODED_WORD, (_word, charset: string, encoding: string, text: string) => {
    const bytes =
      encoding.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64')
        : Buffer.from(
            text
              .replace(/_/g, ' ')
              .replace(/=([0-9a-f]{2})/gi, (_hex, code: string) => String.fromCharCode(parseInt(code, 16))),
            'latin1',
          );
    return decodeCharset(bytes, charset);
  });
}

/** Text as a header carries it: encoded words of at most 75 characters where it is not plain ASCII. */
export function encodeWords(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value) && !value.includes('=?')) return value;
  const words: string[] = [];
  let chunk = '';
  for (const character of value.replace(/[\r\n]+/g, ' ')) {
    if (Buffer.byteLength(chunk + character) > 45) {
      words.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  words.push(chunk);
  return words.map((word) => `=?utf-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`).join('\r\n ');
}

export function writeAddress({ name, address }: MimeAddress): string {
  if (name === undefined || name === '' || name === address) return `<${address}>`;
  const plain = /^[\x20-\x7e]*$/.test(name);
  return `${plain ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodeWords(name)} <${address}>`;
}

/** The mailboxes of an address list; the names of groups are dropped, their members kept. */
export function readAddresses(value: string): readonly MimeAddress[] {
  const found: MimeAddress[] = [];
  for (const piece of splitOutside(withoutComments(value), /[,;]/)) {
    const member = piece.replace(/^[^<"@]*:/, '').trim();
    if (member === '') continue;
    const angle = /^(.*)<([^<>]*)>\s*$/s.exec(member);
    const address = (angle?.[2] ?? member).trim();
    const name = decodeWords(
      (angle?.[1] ?? '')
        .trim()
        .replace(/^"(.*)"$/s, '$1')
        .replace(/\\(.)/g, '$1'),
    );
    if (address !== '') found.push(name === '' ? { address } : { name, address });
  }
  return found;
}

export interface StructuredHeader {
  readonly value: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** `text/plain; charset=utf-8`, with RFC 2231 continuations and charsets. */
export function readParameters(header: string): StructuredHeader {
  const [value = '', ...rest] = splitOutside(withoutComments(header), /;/);
  const plain: Record<string, string> = {};
  const pieces = new Map<
    string,
    { readonly text: string; readonly encoded: boolean; readonly index: number }[]
  >();
  for (const one of rest) {
    const match = /^\s*([^=\s*]+)(?:\*(\d+))?(\*)?\s*=\s*(.*?)\s*$/s.exec(one);
    if (match === null) continue;
    const [, name = '', index, star, raw = ''] = match;
    const text = raw.replace(/^"(.*)"$/s, '$1').replace(/\\(.)/g, '$1');
    if (index === undefined && star === undefined) plain[name.toLowerCase()] = decodeWords(text);
    else {
      const list = pieces.get(name.toLowerCase()) ?? [];
      pieces.set(name.toLowerCase(), [
        ...list,
        { text, encoded: star !== undefined, index: Number(index ?? 0) },
      ]);
    }
  }
  for (const [name, list] of pieces) plain[name] = joinPieces(list);
  return { value: value.trim().toLowerCase(), parameters: plain };
}

function joinPieces(
  list: readonly { readonly text: string; readonly encoded: boolean; readonly index: number }[],
): string {
  const sorted = [...list].sort((a, b) => a.index - b.index);
  const [charset, , head] =
    sorted[0]?.encoded === true ? (sorted[0].text.split("'", 3) as [string, string?, string?]) : ['utf-8'];
  const bytes = sorted.map(({ text, encoded }, index) => {
    const own = index === 0 && encoded ? (head ?? text) : text;
    return encoded
      ? Buffer.from(
          own.replace(/%([0-9a-f]{2})/gi, (_hex, code: string) => String.fromCharCode(parseInt(code, 16))),
          'latin1',
        )
      : Buffer.from(own, 'utf8');
  });
  return decodeCharset(Buffer.concat(bytes), charset === '' ? 'utf-8' : charset);
}

/** Splits where a separator stands outside quotes and angle brackets. */
function splitOutside(text: string, separator: RegExp): readonly string[] {
  const pieces: string[] = [];
  let [piece, quoted, angle] = ['', false, false];
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '\\' && quoted) {
      piece += character + (text[++index] ?? '');
      continue;
    }
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === '<') angle = true;
    else if (!quoted && character === '>') angle = false;
    if (!quoted && !angle && separator.test(character)) {
      pieces.push(piece);
      piece = '';
    } else piece += character;
  }
  return [...pieces, piece];
}

function withoutComments(text: string): string {
  let [kept, depth, quoted] = ['', 0, false];
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '\\') {
      if (depth === 0) kept += character + (text[index + 1] ?? '');
      index++;
    } else if (character === '"' && depth === 0) {
      quoted = !quoted;
      kept += character;
    } else if (!quoted && character === '(') depth++;
    else if (!quoted && character === ')' && depth > 0) depth--;
    else if (depth === 0) kept += character;
  }
  return kept;
}
