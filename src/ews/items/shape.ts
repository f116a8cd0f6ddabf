/** Response shapes: the ids and exactly the properties named, for what AllProperties means differs between servers. */
import { bodyPath } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';

/** `<m:ItemShape>` (Microsoft: ItemShape, AdditionalProperties); a body comes as text. */
export function writeItemShape(properties: readonly PropertyPath[]): string {
  const bodyType = properties.includes(bodyPath) ? '<t:BodyType>Text</t:BodyType>' : '';
  return `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${bodyType}${additional(properties)}</m:ItemShape>`;
}

/** `<m:FolderShape>`. */
export function writeFolderShape(properties: readonly PropertyPath[]): string {
  return `<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>${additional(properties)}</m:FolderShape>`;
}

function additional(properties: readonly PropertyPath[]): string {
  if (properties.length === 0) return '';
  return `<t:AdditionalProperties>${properties.join('')}</t:AdditionalProperties>`;
}
