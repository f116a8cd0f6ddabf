/** Escapes text for XML. Requests are built from strings: nothing that came from outside goes in unescaped. */

const markup = /[&<>\r]/;
const perhapsIllegal = /[\u0000-\u001f\ud800-\udfff\ufffe\uffff]/;
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
/** The `u` flag sees a pair as one character, so that only halves match. */
const loneSurrogate = /\p{Surrogate}/gu;

/**
 * Removes what XML 1.0 cannot carry (control characters, U+FFFE, U+FFFF) and puts U+FFFD in the place of half a
 * surrogate pair. Everything else stays as it is.
 */
export function cleanText(value: string): string {
  return perhapsIllegal.test(value) ? value.replace(illegal, '').replace(loneSurrogate, '\ufffd') : value;
}

/** Element content. A carriage return is written as a reference, for a parser would make a line feed of it. */
export function escapeText(value: string): string {
  const clean = cleanText(value);
  if (!markup.test(clean)) return clean;
  return clean
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#xD;');
}

/** An attribute value between double quotes; white space survives the parser's normalisation. */
export function escapeAttribute(value: string): string {
  return escapeText(value).replaceAll('"', '&quot;').replaceAll('\n', '&#xA;').replaceAll('\t', '&#x9;');
}

/** `<name attributes>value</name>` with the value escaped. Name and attributes are ours, or escaped already. */
export function textElement(name: string, value: string, attributes = ''): string {
  return `<${name}${attributes}>${escapeText(value)}</${name}>`;
}
