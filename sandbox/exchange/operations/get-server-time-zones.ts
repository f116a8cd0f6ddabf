import { ItemError } from '../item-error.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { TIME_ZONES, timeZoneXml } from '../time-zones.ts';
import { checkSequence, child, optionalAttribute } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getservertimezones-operation */
export function getServerTimeZones(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:Ids']);
  const full = optionalAttribute(request, 'ReturnFullTimeZoneData', ['true', 'false', '1', '0']) ?? 'true';
  const ids = child(request, 'm:Ids')?.children.map((id) => id.text.trim());
  return batchResponse(
    context,
    { operation: 'GetServerTimeZones', onError: '<m:TimeZoneDefinitions/>' },
    [request],
    () => {
      const zones = ids === undefined ? TIME_ZONES : TIME_ZONES.filter((zone) => ids.includes(zone.id));
      if (ids !== undefined && zones.length === 0) throw new ItemError('ErrorTimeZone');
      const xml = zones.map((zone) => timeZoneXml(zone, full === 'true' || full === '1')).join('');
      return `<m:TimeZoneDefinitions>${xml}</m:TimeZoneDefinitions>`;
    },
  );
}
