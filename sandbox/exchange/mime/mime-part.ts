/** Taking a MIME entity apart (RFC 2045, 2046). */
import { decodeCharset, readParameters } from './header-text.ts';
import type { StructuredHeader } from './header-text.ts';

export interface MimePart {
  /** Unfolded, in order, names as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly type: StructuredHeader;
  readonly disposition: StructuredHeader;
  /** Of a part without parts: its bytes, decoded. */
  readonly content: Buffer;
  readonly parts: readonly MimePart[];
}

const MAX_DEPTH = 32;

/** Undefined when it does not begin with a header. */
export function readMimePart(source: Buffer, depth = 0): MimePart | undefined {
  const text = source.toString('latin1');
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const bodyAt = end === null ? text.length : end.index + end[0].length;
  // A part may have no header at all: then it starts with the blank line.
  const bare = depth > 0 && /^\r?\n/.exec(text);
  const headers = bare ? [] : readHeaders(head);
  if (headers === undefined) return undefined;
  const header = (name: string): string | undefined => headerOf(headers, name);
  const type = readParameters(header('content-type') ?? 'text/plain');
  const disposition = readParameters(header('content-disposition') ?? '');
  const body = source.subarray(bare ? bare[0].length : bodyAt);
  const { boundary } = type.parameters;
  if (type.value.startsWith('multipart/') && boundary !== undefined && depth < MAX_DEPTH) {
    const parts = splitParts(body, boundary).map((part) => readMimePart(part, depth + 1));
    return {
      headers,
      type,
      disposition,
      content: Buffer.alloc(0),
      parts: parts.filter((one) => one !== undefined),
    };
  }
  const content = decodeTransfer(body, header('content-transfer-encoding'));
  return { headers, type, disposition, content, parts: [] };
}

/** The first header of that name. */
export function headerOf(headers: MimePart['headers'], name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}

export function partText(part: MimePart): string {
  return decodeCharset(part.content, part.type.parameters['charset'] ?? 'utf-8');
}

function readHeaders(head: string): (readonly [string, string])[] | undefined {
  const headers: (readonly [string, string])[] = [];
  // Raw UTF-8 in headers is not allowed without SMTPUTF8, and common.
  for (const line of Buffer.from(head.replace(/\r?\n(?=[ \t])/g, ''), 'latin1')
    .toString('utf8')
    .split(/\r?\n/)) {
    if (line === '') continue;
    const match = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/s.exec(line);
    if (match === null) return undefined;
    headers.push([match[1] ?? '', (match[2] ?? '').trim()]);
  }
  return headers.length === 0 ? undefined : headers;
}

function splitParts(body: Buffer, boundary: string): readonly Buffer[] {
  const text = body.toString('latin1');
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const delimiter = new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?:\\r?\\n|$)`, 'g');
  const parts: Buffer[] = [];
  let start: number | undefined;
  for (let match = delimiter.exec(text); match !== null; match = delimiter.exec(text)) {
    if (start !== undefined) parts.push(body.subarray(start, match.index));
    if (match[1] !== undefined) return parts;
    start = match.index + match[0].length;
    // The line end before the next delimiter may be the one that ended this.
    delimiter.lastIndex = match[0].endsWith('\n') ? start - 1 : start;
  }
  if (start !== undefined) parts.push(body.subarray(start));
  return parts;
}

function decodeTransfer(body: Buffer, encoding: string | undefined): Buffer {
  switch (encoding?.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body.toString('latin1'), 'base64');
    case 'quoted-printable':
      return Buffer.from(
        body
          .toString('latin1')
          .replace(/[ \t]+(?=\r?\n|$)/g, '')
          .replace(/=\r?\n/g, '')
          .replace(/=([0-9a-f]{2})/gi, (_hex, code: string) => String.fromCharCode(parseInt(code, 16))),
        'latin1',
      );
    default:
      return body;
  }
}
