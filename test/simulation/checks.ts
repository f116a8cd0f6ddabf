/** What has to be true when the faults have stopped and everybody is synced: of a simulated world, and of a real one. */
import type { ModuleSettings } from '../../src/sync/administration.ts';
import { fieldsIn } from '../../src/sync/fields.ts';
import type { Item, Link, Module, SealedValue, Side, Value, Values } from '../../src/sync/model.ts';
import { otherSide, sides } from '../../src/sync/model.ts';
import type { InboxEntry, StoredAction } from '../../src/sync/stores.ts';
import { isBlobRef, sameValue } from '../../src/sync/values.ts';
import { numberOfAction, tokensOf } from './items.ts';
import type { ItemKind } from './items.ts';
import type { Ledger } from './ledger.ts';

/** The CRM, or a mailbox. */
export interface Keeper {
  /** What people see in the synced folder. */
  list(): readonly Item[];
  /** And what they moved elsewhere. */
  everywhere(): readonly Item[];
}

/** Which field of Exchange is which of the CRM. */
export interface OutcomeMapping {
  /** What a field of the CRM is in these values of Exchange; undefined: not mapped. */
  valueOf(values: Values, field: string): Value | undefined;
  /** Whether it was another one before. */
  readonly isChanged: boolean;
  wasEverUnmapped(exchangeField: string): boolean;
}

/** What is left of one module when everything has come to rest. */
export interface Outcome {
  readonly module: Module;
  readonly kind: ItemKind;
  readonly settings: ModuleSettings;
  readonly ledger: Ledger;
  readonly inbox: readonly Pick<InboxEntry, 'side' | 'itemId'>[];
  readonly actions: readonly StoredAction[];
  readonly links: readonly { readonly mailboxId: string; readonly link: Link }[];
  readonly crm: Keeper;
  readonly mailboxes: readonly { readonly mailboxId: string; readonly mailbox: Keeper }[];
  blob(hash: string): { readonly mediaType: string; readonly content: string } | undefined;
  /** Whether a pair may differ in this field: what a side sets by itself, and what waits for a person. */
  mayDiffer?(link: Link, field: string): boolean;
  /** Left out: every field of Exchange is its namesake of the CRM. */
  readonly mapping?: OutcomeMapping;
  /** Whether an event lies outside the window. Left out: there is none. */
  isLeftOut?(values: Values): boolean;
  violated(what: string): void;
  exclude(risk: string): void;
}

function numberOf(outcome: Outcome, values: Values): number {
  return outcome.kind.numberOf(values) ?? -1;
}

function keepersOf({ crm, mailboxes }: Outcome): Keeper[] {
  return [crm, ...mailboxes.map(({ mailbox }) => mailbox)];
}

export function checkEnd(outcome: Outcome): void {
  checkWaiting(outcome);
  checkDoubles(outcome);
  checkLinks(outcome);
  checkCalmItems(outcome);
  checkDeletions(outcome);
  checkEdits(outcome);
  checkLosers(outcome);
}

function checkWaiting(outcome: Outcome): void {
  for (const { side, itemId } of outcome.inbox)
    outcome.violated(`${side} item ${itemId} waits in the inbox for ever`);
  for (const action of outcome.actions)
    if (['planned', 'tried'].includes(action.state))
      outcome.violated(
        `action ${action.id} (${action.body.kind}, ${action.title}) is ${action.state} for ever`,
      );
}

function checkDoubles(outcome: Outcome): void {
  for (const system of keepersOf(outcome)) {
    const counts = new Map<number, number>();
    for (const { values } of system.list()) {
      const number = numberOf(outcome, values);
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    for (const [number, count] of counts)
      if (count > 1 && outcome.ledger.story(number)?.mayBeTwice !== true)
        outcome.violated(
          `item ${number} is there ${count} times on ${system === outcome.crm ? 'crm' : 'exchange'}`,
        );
  }
}

interface Pair {
  readonly link: Link;
  readonly number: number;
  readonly crm: Item | undefined;
  readonly exchange: Item | undefined;
}

function pairsOf(outcome: Outcome): Pair[] {
  const crm = new Map(outcome.crm.list().map((item) => [item.id, item]));
  return outcome.mailboxes.flatMap(({ mailboxId, mailbox }) => {
    const exchange = new Map(mailbox.list().map((item) => [item.id, item]));
    return outcome.links
      .filter((row) => row.mailboxId === mailboxId && row.link.state === 'active')
      .map(({ link }): Pair => {
        const pair = { crm: crm.get(link.crmId ?? ''), exchange: exchange.get(link.exchangeId ?? '') };
        return { link, number: numberOf(outcome, (pair.crm ?? pair.exchange)?.values ?? {}), ...pair };
      });
  });
}

function checkLinks(outcome: Outcome): void {
  for (const { mailboxId } of outcome.mailboxes) {
    const known = new Set<string>();
    for (const { mailboxId: owner, link } of outcome.links) {
      if (owner !== mailboxId || link.state !== 'active') continue;
      for (const side of sides) {
        const name = `${side} ${link[`${side}Id`]}`;
        if (known.has(name)) outcome.violated(`two active links know ${name}`);
        known.add(name);
      }
    }
  }
  for (const { link, number, crm, exchange } of pairsOf(outcome)) {
    if (!crm || !exchange) {
      outcome.violated(`the active link ${link.id} has no item on ${crm ? 'exchange' : 'crm'}`);
      continue;
    }
    if (outcome.ledger.story(number)?.rejected) continue;
    for (const { name, kind } of fieldsIn(outcome.module, crm.values, exchange.values)) {
      const mapped = outcome.mapping ? outcome.mapping.valueOf(exchange.values, name) : exchange.values[name];
      if (outcome.mapping && mapped === undefined) continue;
      const values = { crm: crm.values[name] ?? null, exchange: mapped ?? null };
      if (sameValue(kind, comparable(values.crm), comparable(values.exchange))) continue;
      if (outcome.mayDiffer?.(link, name)) continue;
      const isOneWay = outcome.settings.type === 'oneWay';
      const leading = leadingSide(outcome);
      const story = outcome.ledger.story(number);
      // A copy that was put back meets the record that was made again after it had gone with the first one.
      const isMetAgain = story?.moved === true && story.userDeletions.has(leading);
      // A value of the following side stays where the leading one is empty, wherever it came from before.
      const isLeft = values[leading] === null && (outcome.mapping?.isChanged === true || isMetAgain);
      if (isOneWay && (isLeft || isOwnEdit(outcome, number, name, values))) continue;
      outcome.violated(
        `item ${number} differs in ${name}: crm ${shown(values.crm)}, exchange ${shown(values.exchange)}`,
      );
    }
  }
}

/** A picture is compared by its content. */
function comparable(value: Value): SealedValue {
  return value !== null && typeof value === 'object' && 'content' in value ? value.content : value;
}

function shown(value: Value): string {
  return tokensOf(value).join(' ') || JSON.stringify(value);
}

function followingSide(outcome: Outcome): Side {
  return outcome.settings.direction === 'crmToExchange' ? 'exchange' : 'crm';
}

function leadingSide(outcome: Outcome): Side {
  return otherSide(followingSide(outcome));
}

/** In a one-way sync what was edited on the following side stays there. */
function isOwnEdit(
  outcome: Outcome,
  number: number,
  name: string,
  values: Readonly<Record<Side, Value>>,
): boolean {
  const following = followingSide(outcome);
  const tokens = tokensOf(values[following]);
  if (tokens.length === 0) {
    // What was emptied there, and that an occurrence was changed, has no value to find it by.
    if (values[following] === null || name.startsWith('@')) return true;
    // Who makes an item again gives it the values that it began with.
    const isMadeAgain = outcome.ledger.story(number)?.userDeletions.has(following) === true;
    return isMadeAgain && values[following] === outcome.kind.identifying(number)[name];
  }
  return tokens.some((token) => outcome.ledger.edits.get(token)?.side === following);
}

/** What nobody deleted, moved, gave away or refused is on both sides, once. */
function checkCalmItems(outcome: Outcome): void {
  const { settings } = outcome;
  const pairs = new Set(pairsOf(outcome).map(({ number }) => number));
  for (const story of outcome.ledger.stories.values()) {
    if (story.moved || story.rejected || story.userDeletions.size > 0 || pairs.has(story.number)) continue;
    const isFollowing = settings.type === 'oneWay' && story.born === followingSide(outcome);
    const isCapped = settings.firstSyncCap !== null && story.born === 'crm';
    if (isFollowing || isCapped) continue;
    if (story.born !== 'both' && isKeptByWindow(outcome, story.born, story.number)) continue;
    outcome.violated(`item ${story.number}, begun on ${story.born}, is not linked with both sides`);
  }
}

/** It lies outside the window, is where it began, and nowhere else. */
function isKeptByWindow(outcome: Outcome, born: Side, number: number): boolean {
  const found = itemsOf(outcome, born).find(({ values }) => numberOf(outcome, values) === number);
  if (found === undefined || has(outcome, otherSide(born), number)) return false;
  return outcome.isLeftOut?.(found.values) === true;
}

function itemsOf(outcome: Outcome, side: Side): readonly Item[] {
  return side === 'crm' ? outcome.crm.list() : outcome.mailboxes.flatMap(({ mailbox }) => mailbox.list());
}

function has(outcome: Outcome, side: Side, number: number): boolean {
  return itemsOf(outcome, side).some(({ values }) => numberOf(outcome, values) === number);
}

function checkDeletions(outcome: Outcome): void {
  const { settings } = outcome;
  for (const { number, cleanDeletion: side, rejected, mayBeTwice } of outcome.ledger.stories.values()) {
    if (side === null || rejected || mayBeTwice) continue;
    const left = otherSide(side);
    const mayWrite = settings.type === 'twoWay' || left === followingSide(outcome);
    const isCarried = settings.deletes[side] && mayWrite;
    if (has(outcome, side, number))
      outcome.violated(`item ${number} came back on ${side}, where it was deleted`);
    if (has(outcome, left, number) === isCarried)
      outcome.violated(
        `item ${number} was deleted on ${side} and is ${isCarried ? 'still' : 'gone'} on ${left}`,
      );
  }
}

function checkEdits(outcome: Outcome): void {
  const { ledger } = outcome;
  const kept = new Set<string>();
  const removed = new Set<string>();
  const overwritten = new Set<string>();
  const keep = (value: Value | SealedValue | undefined, into = kept): void => {
    const content = isBlobRef(value as SealedValue)
      ? contentOf(outcome, (value as { hash: string; mediaType: string }).hash)
      : value;
    for (const token of tokensOf(content)) into.add(token);
  };
  const keepAll = (values: Values): void => Object.values(values).forEach((value) => keep(value));
  for (const system of keepersOf(outcome)) for (const { values } of system.everywhere()) keepAll(values);
  for (const action of outcome.actions) {
    if (action.state !== 'done') continue;
    for (const { value } of action.body.losers) keep(value);
    // The history has what a deletion removed, though not as a loser.
    if (action.body.kind === 'remove')
      for (const value of Object.values(action.body.before)) keep(value, removed);
    else for (const value of Object.values(action.body.before)) keep(value, overwritten);
  }
  for (const { token, number, side, field } of ledger.edits.values()) {
    if (kept.has(token) || ledger.superseded.has(token)) continue;
    // After a rejection both sides stay as they are, and only later edits travel; the history has what these overwrite.
    if (overwritten.has(token) && ledger.story(number)?.rejected === true)
      outcome.exclude('overwritten by an edit after a rejection');
    else if (side === 'exchange' && outcome.mapping?.wasEverUnmapped(field))
      outcome.exclude('removed with an item, in a field that was not synced');
    else if (removed.has(token)) outcome.exclude('kept only as what a deletion removed');
    else
      outcome.violated(`the edit ${token} of ${field} of item ${number} on ${side} is lost without a trace`);
  }
}

function contentOf(outcome: Outcome, hash: string): Value {
  const blob = outcome.blob(hash);
  if (!blob) return null;
  return blob.mediaType === 'text/plain'
    ? blob.content
    : { mediaType: blob.mediaType, content: blob.content };
}

function checkLosers(outcome: Outcome): void {
  const { settings } = outcome;
  const winner = settings.type === 'twoWay' ? settings.winner : otherSide(followingSide(outcome));
  for (const action of outcome.actions) {
    if (action.state !== 'done') continue;
    const link = outcome.links.find(({ link: one }) => one.id === action.linkId)?.link;
    for (const { side, field } of action.body.losers)
      if (side === winner)
        outcome.violated(
          `${field} of item ${numberOfAction(outcome.kind, action, link)} lost on ${side}, which wins conflicts`,
        );
  }
}
