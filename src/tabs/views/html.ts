/** Escaping templates: every interpolation is escaped unless it is itself a result of `html`. */

/** Markup that is safe to send. Only `html` makes it. */
export class Html {
  readonly #markup: string;
  constructor(strings: TemplateStringsArray, parts: readonly Part[]) {
    this.#markup = strings.reduce((markup, text, index) => markup + render(parts[index - 1]) + text);
  }
  toString(): string {
    return this.#markup;
  }
}

/** null, undefined and false leave nothing behind; lists are joined. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Attribute values must stand in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings, parts);
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.toString();
  if (typeof part === 'object') return part.map(render).join('');
  return escape(String(part));
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escape(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => escapes[character] ?? '');
}
