/** The list of attributes a server sends about itself and a client sends back ([MS-NLMP] 2.2.2.1). */

export interface Attribute {
  readonly id: number;
  readonly value: Buffer;
}

export const attributeIds = {
  end: 0,
  domain: 2,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBinding: 10,
} as const;

/** Undefined where the list has no end or reaches beyond it. */
export function readAttributes(list: Buffer): Attribute[] | undefined {
  const attributes: Attribute[] = [];
  let at = 0;
  while (at + 4 <= list.length) {
    const [id, length] = [list.readUInt16LE(at), list.readUInt16LE(at + 2)];
    if (id === attributeIds.end) return attributes;
    if (at + 4 + length > list.length) return undefined;
    attributes.push({ id, value: list.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return list.length === 0 ? attributes : undefined;
}

export function writeAttributes(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat(
    [...attributes, { id: attributeIds.end, value: Buffer.alloc(0) }].flatMap(({ id, value }) => {
      const head = Buffer.alloc(4);
      head.writeUInt16LE(id, 0);
      head.writeUInt16LE(value.length, 2);
      return [head, value];
    }),
  );
}

export function attribute(attributes: readonly Attribute[], id: number): Buffer | undefined {
  return attributes.find((one) => one.id === id)?.value;
}
