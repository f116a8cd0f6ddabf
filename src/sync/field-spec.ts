/** How a field's values are compared and what they may hold. */
export type FieldKind =
  | 'text'
  | 'longText'
  | 'email'
  | 'phone'
  | 'url'
  /** `YYYY-MM-DD`. */
  | 'date'
  | 'tags'
  | 'photo'
  /** One of a few words, see the field's table. */
  | 'choice'
  /** A whole number as decimal text. */
  | 'number'
  /** An instant: `YYYY-MM-DDTHH:MM:SSZ`. */
  | 'instant'
  /** Wall time `YYYY-MM-DDTHH:MM:SS`, or `YYYY-MM-DD` where the item takes whole days. */
  | 'wallTime'
  /** An IANA time zone. */
  | 'zone'
  /** A recurrence rule in the canonical text of `calendar/recurrence-rule.ts`. */
  | 'rule'
  /** People as `people.ts` writes them. */
  | 'people';

export interface FieldSpec {
  readonly name: string;
  readonly kind: FieldKind;
  readonly label: string;
  /**
   * Fields of one group say one thing together, such as start and end: they are merged as one, so that an item never
   * gets half of it from each side.
   */
  readonly group?: string;
}

export function field(name: string, kind: FieldKind, label: string, group?: string): FieldSpec {
  return group === undefined ? { name, kind, label } : { name, kind, label, group };
}
