/** What holds the messages of a conversation together (MS-OXOMSG 2.2.1.2, 2.2.1.3). */
import { createHash } from 'node:crypto';
import type { Mailbox } from '../mailbox.ts';
import { textValue } from '../stored-item.ts';
import type { EmbeddedItem } from '../stored-item.ts';

const FILETIME_EPOCH_MS = 11_644_473_600_000;

/** The subject without the prefixes of replies and forwards. */
export function conversationTopic(subject: string): string {
  return subject.replace(/^(?:\s*[\p{L}]{1,3}:\s+)+/u, '').trim();
}

/** The 22 bytes a conversation starts with: 1, five bytes of time, and a GUID made of the seed. */
export function newConversationIndex(at: number, seed: string): string {
  const bytes = Buffer.alloc(22);
  bytes[0] = 1;
  bytes.writeUIntBE(Math.floor(((at + FILETIME_EPOCH_MS) * 10_000) / 2 ** 24) % 2 ** 40, 1, 5);
  createHash('md5').update(`${seed}|${at}`).digest().copy(bytes, 6);
  return bytes.toString('base64');
}

/** A reply's index: that of what it answers and five bytes more. */
export function repliedConversationIndex(index: string, at: number): string {
  const parent = Buffer.from(index, 'base64');
  const tail = Buffer.alloc(5);
  tail.writeUInt32BE(Math.floor(at / 1000) % 2 ** 31, 0);
  tail[4] = parent.length & 0xff;
  return Buffer.concat([parent, tail]).toString('base64');
}

/** The same for every message of a conversation in one mailbox. */
export function conversationId(item: EmbeddedItem, mailbox: Mailbox): string {
  const index = Buffer.from(textValue(item, 'message:ConversationIndex') ?? '', 'base64');
  const topic = textValue(item, 'message:ConversationTopic') ?? '';
  const thread = index.length >= 22 ? index.subarray(6, 22) : createHash('md5').update(topic).digest();
  return Buffer.concat([idHead(mailbox), thread]).toString('base64');
}

const HEADS = new WeakMap<Mailbox, Buffer>();

function idHead(mailbox: Mailbox): Buffer {
  let head = HEADS.get(mailbox);
  if (head === undefined) {
    const owner = createHash('sha256').update(mailbox.address.toLowerCase()).digest();
    head = Buffer.concat([Buffer.from([0, 4, 0x24, 0]), owner, Buffer.from([0, 16, 0])]);
    HEADS.set(mailbox, head);
  }
  return head;
}
