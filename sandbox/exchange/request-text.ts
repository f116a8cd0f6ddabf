/** The text of a request: UTF-8, or UTF-16 where a byte order mark says so. */
export function requestText(body: Buffer): string {
  if (body[0] === 0xff && body[1] === 0xfe) return new TextDecoder('utf-16le').decode(body);
  if (body[0] === 0xfe && body[1] === 0xff) return new TextDecoder('utf-16be').decode(body);
  return body.toString('utf8');
}
