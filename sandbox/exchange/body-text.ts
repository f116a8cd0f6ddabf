/** item:Body and what is made of it: both forms, the preview, the part that is not quoted. */
import { htmlContent, htmlToText } from './html-text.ts';
import { owned } from './property-reader.ts';
import type { Assignment, BodyType, Property } from './property.ts';
import { textValue } from './stored-item.ts';
import type { EmbeddedItem, StoredItem } from './stored-item.ts';
import { escapeText } from './xml-text.ts';
import { requiredAttribute } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

export const BODY = 'item:Body';
/** HTML for a body of that kind, absent for text. */
export const BODY_TYPE = 'item:Body/BodyType';

export function isHtml(item: Pick<EmbeddedItem, 'values'>): boolean {
  return item.values.get(BODY_TYPE) === 'HTML';
}

/** The assignments of a body; line ends become CRLF. */
export function bodyAssignments(text: string, type: 'HTML' | 'Text'): readonly Assignment[] {
  const lines = text.replace(/\r\n|\r|\n/g, '\r\n');
  return [
    [BODY, owned(lines) || undefined],
    [BODY_TYPE, type === 'HTML' && lines !== '' ? 'HTML' : undefined],
  ];
}

export function textToHtml(text: string): string {
  const lines = escapeText(text.replace(/\r\n/g, '\n')).replace(/\n/g, '<br>\r\n');
  return `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n${lines}\r\n</body>\r\n</html>\r\n`;
}

/** The body as text, whatever form it is kept in. */
export function plainBody(item: Pick<EmbeddedItem, 'values'>): string {
  const text = textValue(item, BODY) ?? '';
  return isHtml(item) ? htmlToText(text) : text;
}

/** A body in the form asked for; an item without one has an empty one. */
export function bodyElement(item: EmbeddedItem, asked: BodyType, element = 'Body'): string {
  const text = textValue(item, BODY) ?? '';
  return typedBody(element, text, { stored: isHtml(item) ? 'HTML' : 'Text', asked });
}

function typedBody(
  element: string,
  text: string,
  types: { readonly stored: 'HTML' | 'Text'; readonly asked: BodyType },
): string {
  const { stored } = types;
  const type = types.asked === 'Best' ? stored : types.asked;
  const value = type === stored || text === '' ? text : type === 'HTML' ? textToHtml(text) : htmlToText(text);
  return `<t:${element} BodyType="${type}">${escapeText(value)}</t:${element}>`;
}

/** What stands before the first quoted message. */
export function uniqueBodyElement(item: EmbeddedItem, asked: BodyType): string {
  const text = textValue(item, BODY) ?? '';
  const html = isHtml(item);
  const at = text.search(
    html
      ? /<hr\b|<div id="(?:divRplyFwdMsg|appendonsend)"|<blockquote/i
      : /(?:^|\r\n)(?:_{20,}|-{3,} ?Original|>)/,
  );
  const own = at < 0 ? text : text.slice(0, at);
  const inner = html ? `<html><body>${htmlContent(own)}</body></html>` : own.trimEnd();
  return typedBody('UniqueBody', text === '' ? '' : inner, { stored: html ? 'HTML' : 'Text', asked });
}

/** As much of a body as a preview is made of: the head of an HTML document may be long. */
const PREVIEWED = 1 << 17;

/** The first 255 characters of the text. */
export function preview(item: EmbeddedItem): string {
  const body = (textValue(item, BODY) ?? '').slice(0, PREVIEWED);
  const text = (isHtml(item) ? htmlToText(body) : body).slice(0, 2048).replace(/\s+/g, ' ').trim();
  return text.length <= 255 ? text : [...text].slice(0, 255).join('').slice(0, 255);
}

export const BODY_PROPERTY: Property = {
  element: 'Body',
  uri: BODY,
  kind: 'structure',
  inDefault: true,
  getItemOnly: true,
  besides: [BODY_TYPE],
  read: readBody,
  append: appendBody,
  write: (item, _mailbox, options) => bodyElement(item, options.bodyType),
  search: (item) => [plainBody(item)],
};

function readBody(element: XmlElement): readonly Assignment[] {
  return bodyAssignments(
    element.text,
    requiredAttribute(element, 'BodyType', ['HTML', 'Text']) as 'HTML' | 'Text',
  );
}

/** What is added takes the form of what is there. */
function appendBody(item: StoredItem, element: XmlElement): readonly Assignment[] {
  const [added] = readBody(element);
  const text = typeof added?.[1] === 'string' ? added[1] : '';
  return [[BODY, (textValue(item, BODY) ?? '') + text]];
}
