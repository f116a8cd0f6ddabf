/** HTML bodies, read forward once: what has no end reaches to the end, so that no input costs more than its length. */

/** What stands in the text for a tag. */
const BREAKS: ReadonlyMap<string, string> = new Map([
  ['hr', '\r\n________________________________\r\n'],
  ...['br', '/p', '/div', '/tr', '/li', '/h1', '/h2', '/h3', '/h4', '/h5', '/h6'].map(
    (tag) => [tag, '\r\n'] as const,
  ),
]);
/** Elements without text of their own, and what ends them. */
const HIDDEN: ReadonlyMap<string, RegExp> = new Map([
  ['head', /<\/head\b/gi],
  ['style', /<\/style\b/gi],
  ['script', /<\/script\b/gi],
]);
const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/** The plain text of an HTML body, as good as a stand-in needs it. */
export function htmlToText(html: string): string {
  const parts: string[] = [];
  let afterBreak = false;
  for (let at = 0; at < html.length;) {
    const open = tagStart(html, at);
    let piece = characters(html.slice(at, open));
    if (piece !== '') {
      if (afterBreak && piece.startsWith(' ')) piece = piece.slice(1);
      parts.push(piece);
      afterBreak = false;
    }
    const { name, end } = tagAt(html, open);
    const closing = HIDDEN.get(name);
    at = closing === undefined ? end : hiddenEnd(html, end, closing);
    const inserted = BREAKS.get(name);
    if (inserted === undefined) continue;
    const before = parts.pop();
    if (before !== undefined) parts.push(before.endsWith(' ') ? before.slice(0, -1) : before);
    parts.push(inserted);
    afterBreak = true;
  }
  return parts.join('').trim();
}

/** What is inside of body; all but the tags of html where there is no body. */
export function htmlContent(html: string): string {
  const start = html.search(/<body\b/i);
  if (start < 0) return withoutHtmlTags(html);
  const inner = html.slice(tagAt(html, start).end);
  const end = inner.search(/<\/body\b/i);
  return withoutHtmlTags(end < 0 ? inner : inner.slice(0, end));
}

function withoutHtmlTags(html: string): string {
  let kept = '';
  let at = 0;
  for (const { index } of html.matchAll(/<\/?html\b/gi)) {
    if (index < at) continue;
    kept += html.slice(at, index);
    at = tagAt(html, index).end;
  }
  return kept + html.slice(at);
}

/** Where the next tag or comment begins; a `<` before anything else is text. */
function tagStart(html: string, from: number): number {
  const tag = /<[a-z/!?]/gi;
  tag.lastIndex = from;
  return tag.exec(html)?.index ?? html.length;
}

/** The tag or comment that begins there: `p`, `/p`, or an empty name, and where it is over. */
function tagAt(html: string, open: number): { readonly name: string; readonly end: number } {
  const over = html.startsWith('<!--', open) ? '-->' : '>';
  const found = html.indexOf(over, open + over.length);
  const name = /^<(\/?[a-z][a-z0-9]*)/i.exec(html.slice(open, open + 16))?.[1] ?? '';
  return { name: name.toLowerCase(), end: found < 0 ? html.length : found + over.length };
}

function hiddenEnd(html: string, from: number, closing: RegExp): number {
  closing.lastIndex = from;
  const found = closing.exec(html);
  return found === null ? html.length : tagAt(html, found.index).end;
}

/** Character data: lines become one, references what they stand for. */
function characters(source: string): string {
  return source
    .replace(/[ \t\r\n]+/g, (blank) => (/[\r\n]/.test(blank) ? ' ' : blank))
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      const code =
        decimal === undefined ? (hex === undefined ? undefined : parseInt(hex, 16)) : Number(decimal);
      if (code !== undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      return NAMED.get(name?.toLowerCase() ?? '') ?? whole;
    });
}
