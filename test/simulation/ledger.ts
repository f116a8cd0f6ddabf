/** What the people did and what the engine did to their items: what the checks at the end are made from. */
import type { Side, Values } from '../../src/sync/model.ts';
import { tokensOf } from './items.ts';

export interface Edit {
  readonly token: string;
  readonly number: number;
  readonly side: Side;
  readonly field: string;
}

/** What the people did with one item, whatever copies of it there are. */
export interface Story {
  readonly number: number;
  /** Where it was first: on both sides at once, or on one. */
  readonly born: Side | 'both';
  readonly userDeletions: Set<Side>;
  /** Somebody moved it, gave it away, restored it, or made it again. */
  moved: boolean;
  /** The record was given to somebody: two mailboxes may have a copy until both have heard of it. */
  given: boolean;
  /** An administrator said no to something planned for it. */
  rejected: boolean;
  /** Something was made or restored by hand while a run was at it: it may be there twice. */
  mayBeTwice: boolean;
  /** Somebody put it back after a run had looked for it and before the run ended: the deletion may follow still. */
  putBackTooLate: boolean;
  /** Where it was deleted while both sides showed the same, and nothing else was done with it since. */
  cleanDeletion: Side | null;
}

export class Ledger {
  readonly stories = new Map<number, Story>();
  readonly edits = new Map<string, Edit>();
  /** Tokens that somebody overwrote or deleted who saw them. */
  readonly superseded = new Set<string>();
  #tokens = 0;
  #numbers = 0;

  begin(born: Side | 'both'): Story {
    this.#numbers += 1;
    const story: Story = {
      number: this.#numbers,
      born,
      userDeletions: new Set(),
      moved: false,
      given: false,
      rejected: false,
      mayBeTwice: false,
      putBackTooLate: false,
      cleanDeletion: null,
    };
    this.stories.set(story.number, story);
    return story;
  }

  story(number: number | null): Story | undefined {
    return number === null ? undefined : this.stories.get(number);
  }

  newToken(): string {
    this.#tokens += 1;
    return `v${this.#tokens}.`;
  }

  edited(edit: Edit): void {
    this.edits.set(edit.token, edit);
    const story = this.stories.get(edit.number);
    if (story) story.cleanDeletion = null;
  }

  /** Somebody saw these values and overwrote or deleted them. */
  supersede(values: Values, fields: readonly string[] = Object.keys(values)): void {
    for (const field of fields) for (const token of tokensOf(values[field])) this.superseded.add(token);
  }
}

/** Tells by the numbers of virtual time whether the guard let more through than it may. */
export class RemovalWatch {
  readonly #approved = new Set<string>();
  readonly #done = new Map<string, number[]>();

  approve(side: Side, id: string): void {
    this.#approved.add(`${side}:${id}`);
  }

  /** Counts a deletion that the engine carried out. Returns how many of the last 24 hours nobody approved. */
  count(mailboxId: string, side: Side, id: string, now: number): number {
    if (this.#approved.has(`${side}:${id}`)) return 0;
    const recent = (this.#done.get(mailboxId) ?? []).filter((at) => at >= now - 24 * 3_600_000);
    recent.push(now);
    this.#done.set(mailboxId, recent);
    return recent.length;
  }

  isApproved(side: Side, id: string): boolean {
    return this.#approved.has(`${side}:${id}`);
  }
}
