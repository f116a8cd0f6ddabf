/** t:Location and t:EnhancedLocation: two views of one place. */
import { structureValue } from '../stored-item.ts';
import type { EmbeddedItem, PropertyValue, Structure } from '../stored-item.ts';
import type { Assignment } from '../property.ts';
import { escapeText, textElement } from '../xml-text.ts';
import { checkSequence, child, childText } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { ENHANCED_LOCATION, LOCATION } from './calendar-values.ts';

const ADDRESS_PARTS = [
  ...['Street', 'City', 'State', 'Country', 'PostalCode', 'PostOfficeBox', 'Type', 'Latitude', 'Longitude'],
  ...['Accuracy', 'Altitude', 'AltitudeAccuracy', 'FormattedAddress', 'LocationUri', 'LocationSource'],
];

interface EnhancedLocation extends Structure {
  readonly structure: 'enhancedLocation';
  readonly displayName: string;
  readonly annotation: string | undefined;
  readonly address: readonly (readonly [part: string, text: string])[];
}

export function readEnhancedLocation(element: XmlElement): readonly Assignment[] {
  checkSequence(element, ['t:DisplayName', 't:Annotation', 't:PostalAddress']);
  const address = child(element, 't:PostalAddress');
  if (address !== undefined)
    checkSequence(
      address,
      ADDRESS_PARTS.map((part) => `t:${part}`),
    );
  const value: EnhancedLocation = {
    structure: 'enhancedLocation',
    displayName: childText(element, 't:DisplayName') ?? '',
    annotation: childText(element, 't:Annotation'),
    address: (address?.children ?? []).map((part) => [part.name.slice(2), part.text.trim()]),
  };
  return [[ENHANCED_LOCATION, value]];
}

export function writeEnhancedLocation(item: Pick<EmbeddedItem, 'values'>): string {
  const value = structureValue<EnhancedLocation>(item, ENHANCED_LOCATION, 'enhancedLocation');
  const plain = item.values.get(LOCATION);
  if (value === undefined && typeof plain !== 'string') return '';
  const name = value?.displayName ?? (typeof plain === 'string' ? plain : '');
  const note = value?.annotation === undefined ? '' : textElement('Annotation', value.annotation);
  const parts = (value?.address ?? [['LocationSource', 'None']]).map(([part = '', text = '']) =>
    textElement(part, text),
  );
  return `<t:EnhancedLocation><t:DisplayName>${escapeText(name)}</t:DisplayName>${note}<t:PostalAddress>${parts.join('')}</t:PostalAddress></t:EnhancedLocation>`;
}

/** Whichever of the two was given last decides both. */
export function settleLocation(values: Map<string, PropertyValue | undefined>): void {
  const enhanced = values.get(ENHANCED_LOCATION) as EnhancedLocation | undefined;
  if (enhanced !== undefined) values.set(LOCATION, enhanced.displayName || undefined);
  else if (values.has(ENHANCED_LOCATION)) values.set(LOCATION, undefined);
  else if (values.has(LOCATION)) values.set(ENHANCED_LOCATION, undefined);
}
