import { zoneDefinitionXml, zoneReferenceXml } from '../calendar/zone-definition.ts';
import { ItemError } from '../item-error.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { findTimeZone, TIME_ZONES } from '../time-zones.ts';
import { checkSequence, child, optionalAttribute } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getservertimezones-operation */
export function getServerTimeZones(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:Ids']);
  const asked = optionalAttribute(request, 'ReturnFullTimeZoneData', ['true', 'false', '1', '0']) ?? 'true';
  const write = asked === 'true' || asked === '1' ? zoneDefinitionXml : zoneReferenceXml;
  const ids = child(request, 'm:Ids')?.children.map((id) => id.text.trim());
  return batchResponse(
    context,
    { operation: 'GetServerTimeZones', onError: '<m:TimeZoneDefinitions/>' },
    [request],
    () => {
      const zones = ids?.map(findTimeZone).filter((zone) => zone !== undefined) ?? TIME_ZONES;
      if (zones.length === 0) throw new ItemError('ErrorTimeZone');
      return `<m:TimeZoneDefinitions>${zones.map((zone) => write(zone)).join('')}</m:TimeZoneDefinitions>`;
    },
  );
}
