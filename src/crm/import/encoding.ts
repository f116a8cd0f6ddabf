/** Bytes as text, in the encodings address books are written in. Names are those of the WHATWG Encoding Standard. */
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

function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replace(/[\u0080-\u009f]/g, (letter) => windows1252[letter.charCodeAt(0) - 0x80] ?? letter);
}

/** A short text whose bytes may be anything: what the encoding does not have becomes U+FFFD. */
export function decodeLeniently(bytes: Uint8Array, encoding: string): string {
  if (encoding === 'windows-1252') return decodeWindows1252(bytes);
  return new TextDecoder(encoding).decode(bytes);
}
