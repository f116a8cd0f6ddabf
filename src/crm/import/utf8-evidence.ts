/** Whether bytes are UTF-8, how much speaks for it, and where it is not. */
import { utf8Letter } from './encoding.ts';

export interface Utf8Evidence {
  /** Letters of several bytes; text of another encoding has next to none by chance. */
  readonly letters: number;
  readonly badBytes: number;
  /** Of the first bad byte, counted from 1; null where there is none. */
  readonly badLine: number | null;
}

/** No more is kept of what has no line ends. */
const longestLine = 8_000_000;

const lineEnd = /\r?\n|\r(?=[^\n])/;
/** vCard folds lines by bytes, so that a fold may lie within a letter. */
const propertyEnd = /\r?\n(?=[^ \t])/;

/** In vCard, properties that name their own charset say nothing about the file. */
export async function weighUtf8(pieces: AsyncIterable<{ readonly content: Buffer }>): Promise<Utf8Evidence> {
  let isCard: boolean | null = null;
  let rest = '';
  let line = 1;
  let letters = 0;
  let badBytes = 0;
  let badLine: number | null = null;
  const weigh = (text: string): void => {
    if (!/[\x80-\xff]/.test(text)) return;
    if (isCard && /^[^:]*;CHARSET=/i.test(text)) return;
    for (const [letter] of (isCard ? unfolded(text) : text).matchAll(utf8Letter)) {
      if (letter.length > 1) letters += 1;
      else {
        badBytes += 1;
        badLine ??= line;
      }
    }
  };
  for await (const { content } of pieces) {
    isCard ??= /^\s*BEGIN:VCARD\s/i.test(content.toString('latin1', 0, 100));
    const lines = (rest + content.toString('latin1')).split(isCard ? propertyEnd : lineEnd);
    rest = lines.pop() ?? '';
    for (const text of lines) {
      weigh(text);
      line += isCard ? text.split('\n').length : 1;
    }
    if (rest.length > longestLine) {
      weigh(rest);
      rest = '';
    }
  }
  weigh(rest);
  return { letters, badBytes, badLine };
}

function unfolded(text: string): string {
  return text.replace(/\r?\n[ \t]/g, '');
}
