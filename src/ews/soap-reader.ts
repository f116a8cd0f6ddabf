/** Reads XML in one pass into typed results: a shape says what to do at which element, the rest is skipped. */
import { SaxesParser } from 'saxes';

/** Attributes of one element by the name as written, without namespace declarations. */
export type Attributes = Readonly<Record<string, string | undefined>>;

/**
 * What to do at an element and below it. Children are named by the prefixes of `namespaces` whatever prefix the answer
 * uses. Text is gathered only where `text` is given.
 */
export interface Shape<C> {
  readonly children?: ReadonlyMap<string, Shape<C>>;
  readonly open?: (context: C, attributes: Attributes) => void;
  readonly text?: (context: C, value: string, attributes: Attributes) => void;
  readonly close?: (context: C) => void;
}

/** The answer is no well-formed XML, or more than a server has reason to send. */
export class XmlError extends Error {
  override name = 'XmlError';
}

const namespaces: ReadonlyMap<string, string> = new Map([
  ['http://schemas.xmlsoap.org/soap/envelope/', 's:'],
  ['http://schemas.microsoft.com/exchange/services/2006/messages', 'm:'],
  ['http://schemas.microsoft.com/exchange/services/2006/types', 't:'],
  ['http://schemas.microsoft.com/exchange/services/2006/errors', 'e:'],
  ['http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006', 'r:'],
  ['http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a', 'o:'],
  ['', ''],
]);

const maxDepth = 100;
/** Characters of one text. The largest are pictures in base64. */
const maxTextLength = 64 * 1024 * 1024;

/** Shapes by name, for `Shape.children`. */
export function shapes<C>(table: Readonly<Record<string, Shape<C>>>): ReadonlyMap<string, Shape<C>> {
  return new Map(Object.entries(table));
}

/** A subtree with a context of its own, made when its element opens. */
export function within<C, D>(enter: (context: C, attributes: Attributes) => D, inner: Shape<D>): Shape<C> {
  const shape: Entering<D> = { ...inner, enter: enter as (context: unknown, attributes: Attributes) => D };
  return shape as unknown as Shape<C>;
}

interface Entering<D> extends Shape<D> {
  readonly enter?: (context: unknown, attributes: Attributes) => D;
}

/** Prefixes in force at an element, with the names met so far in our own spelling. */
interface Scope {
  readonly prefixes: ReadonlyMap<string, string>;
  readonly names: Map<string, string>;
}

interface Frame {
  readonly shape: Entering<unknown>;
  readonly context: unknown;
  readonly attributes: Attributes;
  readonly scope: Scope;
  text: string;
}

/**
 * Reads a document whose root is a child of `root`. Refuses a document type (and with it every entity of its own), more
 * than 100 levels, and texts beyond 64 Mi characters; throws XmlError.
 */
export function readXml<C>(xml: string, root: Shape<C>, makeContext: () => C): C {
  try {
    return readOnce(xml, root, makeContext());
  } catch (error) {
    // Exchange passes on control characters of old items as references that XML 1.0 forbids.
    const repaired = error instanceof XmlError ? withoutIllegalReferences(xml) : xml;
    if (repaired === xml) throw error;
    return readOnce(repaired, root, makeContext());
  }
}

function readOnce<C>(xml: string, root: Shape<C>, context: C): C {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const top: Frame = {
    shape: root as Entering<unknown>,
    context,
    attributes: {},
    scope: { prefixes: new Map([['', '']]), names: new Map() },
    text: '',
  };
  const frames: Frame[] = [top];
  let current = top;
  let skippedLevels = 0;

  parser.on('error', (error) => {
    throw new XmlError('The answer is not well-formed XML.', { cause: error });
  });
  parser.on('doctype', () => {
    throw new XmlError('The answer declares a document type.');
  });
  parser.on('opentag', (tag) => {
    if (frames.length + skippedLevels > maxDepth) throw new XmlError('The answer is nested too deeply.');
    if (skippedLevels > 0) {
      skippedLevels++;
      return;
    }
    const scope = scopeOf(tag.attributes, current.scope);
    const shape: Entering<unknown> | undefined = current.shape.children?.get(nameIn(scope, tag.name));
    if (!shape) {
      skippedLevels = 1;
      return;
    }
    const inner = shape.enter ? shape.enter(current.context, tag.attributes) : current.context;
    current = { shape, context: inner, attributes: tag.attributes, scope, text: '' };
    frames.push(current);
    shape.open?.(inner, tag.attributes);
  });
  const addText = (text: string): void => {
    if (skippedLevels > 0 || !current.shape.text) return;
    if (current.text.length + text.length > maxTextLength)
      throw new XmlError('The answer has too long a text.');
    current.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    if (skippedLevels > 0) {
      skippedLevels--;
      return;
    }
    const { shape, context: inner, text, attributes } = current;
    shape.text?.(inner, text, attributes);
    shape.close?.(inner);
    frames.pop();
    current = frames[frames.length - 1] ?? top;
  });
  parser.write(xml).close();
  return context;
}

function scopeOf(attributes: Attributes, outer: Scope): Scope {
  let prefixes: Map<string, string> | null = null;
  for (const name in attributes) {
    if (!name.startsWith('xmlns')) continue;
    const prefix = name === 'xmlns' ? '' : name[5] === ':' ? name.slice(6) : null;
    if (prefix === null) continue;
    prefixes ??= new Map(outer.prefixes);
    prefixes.set(prefix, attributes[name] ?? '');
  }
  return prefixes ? { prefixes, names: new Map() } : outer;
}

function nameIn(scope: Scope, written: string): string {
  const known = scope.names.get(written);
  if (known !== undefined) return known;
  const colon = written.indexOf(':');
  const uri = scope.prefixes.get(colon < 0 ? '' : written.slice(0, colon));
  const prefix = uri === undefined ? undefined : namespaces.get(uri);
  // A name of a foreign namespace must match no shape: none starts with a colon.
  const name = `${prefix ?? ':'}${written.slice(colon + 1)}`;
  scope.names.set(written, name);
  return name;
}

function withoutIllegalReferences(xml: string): string {
  return xml
    .replace(/&#(?:x([0-9a-f]{1,8})|([0-9]{1,10}));/gi, (reference, hex: string, decimal: string) => {
      const code = hex ? parseInt(hex, 16) : parseInt(decimal, 10);
      return isLegal(code) ? reference : '';
    })

    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
}

function isLegal(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
