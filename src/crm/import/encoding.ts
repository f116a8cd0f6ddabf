/** Bytes as text, in the encodings address books are written in. Names are those of the WHATWG Encoding Standard. */
import { isUtf8 } from 'node:buffer';
import { UnusableFileError } from './unusable-file.ts';

/** One file's bytes, piece by piece; `end` gives what an unfinished character leaves. */
export interface Decoder {
  decode(bytes: Uint8Array): string;
  end(): string;
}

/** What windows-1252 has where ISO 8859-1 has control characters, from 0x80 on. The five unused places stay as they are. */
const windows1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/**
 * The standard's name of an encoding, such as windows-1252 for `latin1`; null for one nobody knows. Mail programs also
 * write names such as `cp1252`.
 */
export function encodingNamed(label: string): string | null {
  try {
    return new TextDecoder(label.trim().replace(/^cp[-_]?(125\d)$/i, 'windows-$1')).encoding;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Throws UnusableFileError at bytes that the encoding does not have. A mark at the beginning is taken off. */
export function createDecoder(encoding: string): Decoder {
  // TextDecoder takes windows-1252 for ISO 8859-1 in Node 20.18.3 and many later ones: nodejs/node issue 56542.
  if (encoding === 'windows-1252') {
    return { decode: decodeWindows1252, end: () => '' };
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  const attempt = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new UnusableFileError(`The file is not ${encoding}: leave --encoding out, or name another one.`);
    }
  };
  return { decode: attempt, end: () => attempt() };
}

/** What is wrong with a row, and its remedy. */
export const badByteProblem =
  'a byte that is not UTF-8; write the letter again and save the file as UTF-8, or name its encoding with --encoding';

/** In bytes as letters (latin1): a letter of several bytes (Unicode, table 3-7), else one byte that is no UTF-8. */
export const utf8Letter =
  /[\xc2-\xdf][\x80-\xbf]|(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2}|[\x80-\xff]/g;

/** What may go on in the next piece. */
const openLetter = /[\xc2-\xf4][\x80-\xbf]{0,2}$/;

/** Half of a surrogate pair: decoded text never has one alone. */
const badByte = '\udc80';

/** Takes UTF-8 with bad bytes, which `hasBadByte` finds in the text. */
export function createTolerantUtf8Decoder(): Decoder {
  let rest = '';
  return {
    decode(bytes) {
      const letters = rest + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
      rest = openLetter.exec(letters.slice(-3))?.[0] ?? '';
      return decodeTolerantly(letters.slice(0, letters.length - rest.length));
    },
    end: () => decodeTolerantly(rest),
  };
}

function decodeTolerantly(letters: string): string {
  const bytes = Buffer.from(letters, 'latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return letters.replace(utf8Letter, (letter) =>
    letter.length === 1 ? badByte : Buffer.from(letter, 'latin1').toString('utf8'),
  );
}

export function hasBadByte(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replace(/[\u0080-\u009f]/g, (letter) => windows1252[letter.charCodeAt(0) - 0x80] ?? letter);
}

/** A short text whose bytes may be anything: what the encoding does not have becomes U+FFFD. */
export function decodeLeniently(bytes: Uint8Array, encoding: string): string {
  if (encoding === 'windows-1252') return decodeWindows1252(bytes);
  return new TextDecoder(encoding).decode(bytes);
}
