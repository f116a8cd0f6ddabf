/** One occurrence as an item of its own: reads the master's values, and what is written to it becomes an exception. */
import { dateTime } from '../xml-text.ts';
import type { EmbeddedItem, ItemKind, PropertyValue, StoredItem } from '../stored-item.ts';
import { END, EXCEPTIONS, exceptionsOf, ORIGINAL_START, RECURRENCE, START } from './calendar-values.ts';
import type { ExceptionsValue, SeriesException } from './calendar-values.ts';
import type { Occurrence } from './series.ts';

const HIDDEN: ReadonlySet<string> = new Set([RECURRENCE, EXCEPTIONS]);

/** Passes each change on. */
class ObservedValues extends Map<string, PropertyValue> {
  #changed: ((key: string, value: PropertyValue | undefined) => void) | undefined;

  watch(changed: (key: string, value: PropertyValue | undefined) => void): void {
    this.#changed = changed;
  }

  override set(key: string, value: PropertyValue): this {
    super.set(key, value);
    this.#changed?.(key, value);
    return this;
  }

  override delete(key: string): boolean {
    const was = super.delete(key);
    this.#changed?.(key, undefined);
    return was;
  }
}

/** An occurrence of a stored master; shares its place and its change key. */
export class OccurrenceView implements StoredItem {
  readonly master: StoredItem;
  readonly occurrence: Occurrence;
  readonly kind: ItemKind;
  readonly serial: number;
  readonly folder: StoredItem['folder'];
  readonly values: Map<string, PropertyValue>;
  readonly createdAt: number;
  readonly arrived: number;
  derived: readonly string[] = [];

  constructor(master: StoredItem, occurrence: Occurrence) {
    this.master = master;
    this.occurrence = occurrence;
    this.kind = master.kind;
    this.serial = master.serial;
    this.folder = master.folder;
    this.createdAt = master.createdAt;
    this.arrived = master.arrived;
    const values = new ObservedValues();
    for (const [key, value] of master.values) if (!HIDDEN.has(key)) values.set(key, value);
    for (const [key, value] of occurrence.exception?.values ?? []) {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
    }
    values.set(START, dateTime(occurrence.start));
    values.set(END, dateTime(occurrence.end));
    values.set(ORIGINAL_START, dateTime(occurrence.originalStart));
    values.watch((key, value) => this.#keep(key, value));
    this.values = values;
  }

  /** Whether it differs from the pattern. */
  get isException(): boolean {
    return exceptionsOf(this.master).some((one) => one.day === this.occurrence.day && !one.deleted);
  }

  // Changes are counted and stamped on the master alone: see storedPart.
  get change(): number {
    return this.master.change;
  }

  get contentChange(): number {
    return this.master.contentChange;
  }

  get modifiedAt(): number {
    return this.master.modifiedAt;
  }

  get modifiedBy(): string {
    return this.master.modifiedBy;
  }

  get removed(): boolean {
    return this.master.removed;
  }

  get attachments(): EmbeddedItem['attachments'] {
    return this.#exception()?.attachments ?? this.master.attachments;
  }

  set attachments(attachments: EmbeddedItem['attachments']) {
    this.#replace({ ...this.#exceptionOrNew(), attachments });
  }

  /** Takes the occurrence out of the series. */
  erase(): void {
    this.#replace({ day: this.occurrence.day, deleted: true, values: new Map() });
  }

  #keep(key: string, value: PropertyValue | undefined): void {
    const exception = this.#exceptionOrNew();
    this.#replace({ ...exception, values: new Map(exception.values).set(key, value) });
  }

  #exception(): SeriesException | undefined {
    return exceptionsOf(this.master).find((one) => one.day === this.occurrence.day);
  }

  #exceptionOrNew(): SeriesException {
    return this.#exception() ?? { day: this.occurrence.day, deleted: false, values: new Map() };
  }

  #replace(exception: SeriesException): void {
    const others = exceptionsOf(this.master).filter((one) => one.day !== exception.day);
    const list = [...others, exception].sort((a, b) => a.day - b.day);
    const value: ExceptionsValue = { structure: 'exceptions', list };
    this.master.values.set(EXCEPTIONS, value);
  }
}

/** The item that is stored: the master of an occurrence, anything else as it is. */
export function storedPart(item: StoredItem): StoredItem {
  return item instanceof OccurrenceView ? item.master : item;
}
