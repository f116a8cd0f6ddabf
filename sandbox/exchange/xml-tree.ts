import { SaxesParser } from 'saxes';
import { schemaFault } from './soap-fault.ts';

/** Deeper than a Restriction of 255 nodes, the most that is allowed, can be; reading costs more with each level. */
const MAX_DEPTH = 400;

/** One element of a request. Names are canonical whatever prefixes the client chose: `t:ItemId`, `m:GetItem`. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** All character data directly inside, CDATA included. */
  text: string;
  readonly line: number;
  readonly column: number;
}

const PREFIXES: Readonly<Record<string, string>> = {
  'http://schemas.xmlsoap.org/soap/envelope/': 's',
  'http://schemas.microsoft.com/exchange/services/2006/types': 't',
  'http://schemas.microsoft.com/exchange/services/2006/messages': 'm',
};
const NAMES = new Map<string, Map<string, string>>();

function canonicalName(uri: string, local: string): string {
  let byLocal = NAMES.get(uri);
  if (byLocal === undefined) {
    byLocal = new Map();
    if (NAMES.size < 64) NAMES.set(uri, byLocal);
  }
  let name = byLocal.get(local);
  if (name === undefined) {
    name = PREFIXES[uri] === undefined ? `{${uri}}${local}` : `${PREFIXES[uri]}:${local}`;
    if (byLocal.size < 2000) byLocal.set(local, name);
  }
  return name;
}

/** Parses one document; anything not well-formed, and any DTD, is ErrorSchemaValidation. */
export function parseXml(source: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const top: XmlElement[] = [];
  const open: XmlElement[] = [];
  let current: XmlElement | undefined;
  const place = (): { line: number; column: number } => ({ line: parser.line, column: parser.column });
  parser.on('doctype', () => {
    throw schemaFault('For security reasons DTD is prohibited in this XML document.', place());
  });
  parser.on('error', (error) => {
    throw schemaFault(error.message.replace(/^\d+:\d+: /, ''), place());
  });
  parser.on('opentag', (tag) => {
    if (open.length >= MAX_DEPTH) throw schemaFault('The maximum read depth has been exceeded.', place());
    const attributes: Record<string, string> = {};
    for (const name in tag.attributes) {
      const attribute = tag.attributes[name];
      if (attribute !== undefined && attribute.prefix !== 'xmlns' && name !== 'xmlns') {
        attributes[name] = attribute.value;
      }
    }
    const element: XmlElement = {
      name: canonicalName(tag.uri, tag.local),
      attributes,
      children: [],
      text: '',
      line: parser.line,
      column: parser.column,
    };
    (current?.children ?? top).push(element);
    open.push(element);
    current = element;
  });
  parser.on('closetag', () => {
    open.pop();
    current = open[open.length - 1];
  });
  const addText = (text: string): void => {
    if (current !== undefined) current.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(source.charCodeAt(0) === 0xfeff ? source.slice(1) : source).close();
  const root = top[0];
  if (root === undefined) throw schemaFault('Root element is missing.');
  return root;
}

export function child(parent: XmlElement, name: string): XmlElement | undefined {
  for (const element of parent.children) if (element.name === name) return element;
  return undefined;
}

/** The child of that name, or a schema fault. */
export function requiredChild(parent: XmlElement, name: string): XmlElement {
  const found = child(parent, name);
  if (found === undefined) {
    throw schemaFault(`The element '${parent.name}' has incomplete content. Expected: '${name}'.`, parent);
  }
  return found;
}

/** The attribute, checked against its enumeration when one is given; a schema fault when missing or not allowed. */
export function requiredAttribute(element: XmlElement, name: string, allowed?: readonly string[]): string {
  const value = element.attributes[name];
  if (value === undefined) {
    throw schemaFault(`The required attribute '${name}' is missing on '${element.name}'.`, element);
  }
  if (allowed !== undefined && !allowed.includes(value)) {
    throw schemaFault(
      `The '${name}' attribute is invalid - The value '${value}' is invalid according to its datatype - ` +
        'The Enumeration constraint failed.',
      element,
    );
  }
  return value;
}

/** Like requiredAttribute, but undefined when the attribute is absent. */
export function optionalAttribute(
  element: XmlElement,
  name: string,
  allowed?: readonly string[],
): string | undefined {
  return element.attributes[name] === undefined ? undefined : requiredAttribute(element, name, allowed);
}

/** Faults unless the children are some of `names`, in that order, each at most once. */
export function checkSequence(parent: XmlElement, names: readonly string[]): void {
  let next = 0;
  for (const element of parent.children) {
    const index = names.indexOf(element.name, next);
    if (index < 0) {
      throw schemaFault(`The element '${parent.name}' has invalid child element '${element.name}'.`, element);
    }
    next = index + 1;
  }
}

/** A child's trimmed text, checked against its enumeration; undefined when the child is absent. */
export function childText(parent: XmlElement, name: string, allowed?: readonly string[]): string | undefined {
  const element = child(parent, name);
  if (element === undefined) return undefined;
  const value = element.text.trim();
  if (allowed !== undefined && !allowed.includes(value)) {
    throw schemaFault(
      `The '${name}' element is invalid - The value '${value}' is invalid according to its datatype - ` +
        'The Enumeration constraint failed.',
      element,
    );
  }
  return value;
}
