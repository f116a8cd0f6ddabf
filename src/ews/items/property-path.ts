/** Paths to properties as requests name them, and the extended properties that we use. */
import { escapeAttribute } from '../soap-writer.ts';

/** XML of a path element, ready to be written (Microsoft: FieldURI, IndexedFieldURI, ExtendedFieldURI). */
export type PropertyPath = string;

export function fieldPath(uri: string): PropertyPath {
  return `<t:FieldURI FieldURI="${escapeAttribute(uri)}"/>`;
}

export function indexedPath(uri: string, index: string): PropertyPath {
  return `<t:IndexedFieldURI FieldURI="${escapeAttribute(uri)}" FieldIndex="${escapeAttribute(index)}"/>`;
}

export const bodyPath: PropertyPath = fieldPath('item:Body');

/** Our own property set. A constant for ever: stamps written under another one would not be found. */
const ownPropertySet = '7b0c1f52-93d4-4c2e-8a6d-5e1f0a94c3b7';
const stampName = 'CrmSyncLink';

/** Named string property that holds the stamp. */
export const stampPath: PropertyPath = `<t:ExtendedFieldURI PropertySetId="${ownPropertySet}" PropertyName="${stampName}" PropertyType="String"/>`;

/** PidTagSearchKey: survives a move, where the id does not. */
export const searchKeyPath: PropertyPath = '<t:ExtendedFieldURI PropertyTag="0x300B" PropertyType="Binary"/>';

/** PidTagDisplayNamePrefix: EWS shows it in CompleteName but writes it only this way. */
export const namePrefixPath: PropertyPath =
  '<t:ExtendedFieldURI PropertyTag="0x3A45" PropertyType="String"/>';

/** Which of ours an answered ExtendedFieldURI is. Servers write tags in lower case and may leave out leading zeros. */
export function knownExtendedProperty(
  attributes: Readonly<Record<string, string | undefined>>,
): 'stamp' | 'searchKey' | 'namePrefix' | null {
  const tag = attributes['PropertyTag'];
  if (tag !== undefined) {
    const number = Number(tag);
    if (number === 0x300b) return 'searchKey';
    return number === 0x3a45 ? 'namePrefix' : null;
  }
  const set = attributes['PropertySetId']?.toLowerCase();
  return set === ownPropertySet && attributes['PropertyName'] === stampName ? 'stamp' : null;
}
