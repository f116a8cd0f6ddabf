/** An action's body as a text column holds it: what other columns say is left out, and equal values stand there once. */
import type { Mapping } from '../../sync/mapping.ts';
import type { Loser, Module, SealedValues, Side } from '../../sync/model.ts';
import { unpackValues } from '../../sync/packed-values.ts';
import type { PackedValues } from '../../sync/packed-values.ts';
import type { ActionBody } from '../../sync/stores.ts';
import { sealedToText } from './sealed-text.ts';

/** Stands for "the same as `values`". */
const same = '=';

interface StoredBody {
  readonly target: string | null;
  readonly version: string | null;
  readonly values: PackedValues;
  readonly before: PackedValues;
  readonly crm: PackedValues | typeof same;
  readonly exchange: PackedValues | typeof same;
  readonly versions: Readonly<Record<Side, string | null>>;
  readonly link: ActionBody['link'];
  readonly losers?: readonly Loser[];
  readonly mapping?: Mapping;
}

export function bodyToText(module: Module, body: ActionBody): string {
  const values = sealedToText(module, body.values);
  const settled = (side: Side): string => {
    const text = sealedToText(module, body.settles[side]);
    return text === values ? `"${same}"` : text;
  };
  const losers = body.losers.length > 0 ? `,"losers":${JSON.stringify(body.losers)}` : '';
  const mapping = body.mapping ? `,"mapping":${JSON.stringify(body.mapping)}` : '';
  return (
    `{"target":${JSON.stringify(body.targetId)},"version":${JSON.stringify(body.version)},"values":${values},` +
    `"before":${sealedToText(module, body.before)},"crm":${settled('crm')},"exchange":${settled('exchange')},` +
    `"versions":${JSON.stringify(body.versions)},"link":${JSON.stringify(body.link)}${losers}${mapping}}`
  );
}

export function bodyFromText(
  module: Module,
  text: string,
  known: Pick<ActionBody, 'kind' | 'side' | 'overwrites' | 'tellsAttendees'>,
): ActionBody {
  const stored = JSON.parse(text) as StoredBody;
  const values = unpackValues(module, stored.values);
  const settled = (packed: PackedValues | typeof same): SealedValues =>
    packed === same ? values : unpackValues(module, packed);
  return {
    ...known,
    targetId: stored.target,
    version: stored.version,
    values,
    before: unpackValues(module, stored.before),
    settles: { crm: settled(stored.crm), exchange: settled(stored.exchange) },
    versions: stored.versions,
    link: stored.link,
    losers: stored.losers ?? [],
    ...(stored.mapping ? { mapping: stored.mapping } : {}),
  };
}
