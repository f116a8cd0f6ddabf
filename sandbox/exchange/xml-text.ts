/** Writing text into XML: escaping, and dropping what XML 1.0 cannot carry. */

// Exactly the characters XML 1.0 forbids, and halves of surrogate pairs.
const ILLEGAL =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
// One quick test for text that needs no work
const NEEDS_WORK = /[&<>"\t\n\u0000-\u0008\u000B-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/;

/** Element content; a carriage return is written as a reference, since parsers drop a bare one. */
export function escapeText(value: string): string {
  if (!NEEDS_WORK.test(value)) return value;
  return value
    .replace(ILLEGAL, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\r/g, '&#xD;');
}

/** Attribute value, for double quotes; line ends and tabs survive attribute normalisation. */
export function escapeAttribute(value: string): string {
  if (!NEEDS_WORK.test(value)) return value;
  return escapeText(value).replace(/"/g, '&quot;').replace(/\n/g, '&#xA;').replace(/\t/g, '&#x9;');
}

/** `<t:Name>escaped</t:Name>`. */
export function textElement(name: string, value: string): string {
  return `<t:${name}>${escapeText(value)}</t:${name}>`;
}

/** xs:dateTime in whole seconds, UTC, as Exchange writes it. */
export function dateTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
