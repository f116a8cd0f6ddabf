/** Replaces long texts and pictures by their content address before they reach plan, database or history, and back. */
import { createHash } from 'node:crypto';
import { fieldsIn } from '../sync/fields.ts';
import type {
  BlobRef,
  Item,
  Module,
  Photo,
  SealedValue,
  SealedValues,
  Value,
  Values,
} from '../sync/model.ts';
import type { SealedItem } from '../sync/plan.ts';
import type { SyncStore } from '../sync/stores.ts';
import { isBlobRef, normalizeText } from '../sync/values.ts';

export type Blob = BlobRef & { readonly content: string };

/** Texts up to this many characters are kept as they are. Changing it re-reads nothing but makes long notes look new. */
const inlineTextLength = 512;

function isPhoto(value: Value): value is Photo {
  return typeof value === 'object' && value !== null && 'content' in value;
}

function sealValue(longText: boolean, value: Value, blobs: Map<string, Blob>): SealedValue {
  if (isPhoto(value)) {
    return keep(
      blobs,
      value.mediaType,
      value.content,
      createHash('sha256').update(value.content, 'base64').digest('hex'),
    );
  }
  if (typeof value === 'string' && longText && value.length > inlineTextLength) {
    const text = value.replace(/\r\n?/g, '\n');
    return keep(blobs, 'text/plain', text, createHash('sha256').update(normalizeText(text)).digest('hex'));
  }
  return value;
}

function keep(blobs: Map<string, Blob>, mediaType: string, content: string, hash: string): BlobRef {
  const ref = { hash, size: content.length, mediaType };
  blobs.set(hash, { ...ref, content });
  return ref;
}

/** Only fields of the module pass; `blobs` collects the content that was taken out. */
export function sealValues(module: Module, values: Values, blobs: Map<string, Blob>): SealedValues {
  const sealed: Record<string, SealedValue> = {};
  for (const { name, kind } of fieldsIn(module, values)) {
    const value = values[name];
    if (value !== undefined) sealed[name] = sealValue(kind === 'longText', value, blobs);
  }
  return sealed;
}

export function sealItem(module: Module, item: Item, blobs: Map<string, Blob>): SealedItem {
  return {
    id: item.id,
    version: item.version,
    identity: item.identity,
    values: sealValues(module, item.values, blobs),
  };
}

/** The blobs that any of these values refers to. */
export function blobHashes(values: readonly SealedValues[]): Set<string> {
  const hashes = new Set<string>();
  for (const one of values) {
    for (const value of Object.values(one)) if (isBlobRef(value)) hashes.add(value.hash);
  }
  return hashes;
}

/** Puts the content back. Throws when a blob is missing: the plan was stored without it. */
export async function unsealAll(
  store: Pick<SyncStore, 'blobs'>,
  sealed: readonly SealedValues[],
): Promise<Values[]> {
  const hashes = blobHashes(sealed);
  const contents = hashes.size === 0 ? new Map<string, never>() : await store.blobs([...hashes]);
  return sealed.map((values) => {
    if (hashes.size === 0) return values as Values;
    return Object.fromEntries(
      Object.entries(values).map(([field, value]): [string, Value] => {
        if (!isBlobRef(value)) return [field, value];
        const blob: { mediaType: string; content: string } | undefined = contents.get(value.hash);
        if (blob === undefined)
          throw new Error(`the content of ${field} (${value.hash}) is not in the blob store`);
        return [
          field,
          value.mediaType === 'text/plain'
            ? blob.content
            : { mediaType: value.mediaType, content: blob.content },
        ];
      }),
    );
  });
}
