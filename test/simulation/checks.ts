/** What has to be true when the faults have stopped and everybody is synced. */
import { fieldsIn } from '../../src/sync/fields.ts';
import type { Item, Link, SealedValue, Side, Value, Values } from '../../src/sync/model.ts';
import { otherSide, sides } from '../../src/sync/model.ts';
import { isBlobRef, sameValue } from '../../src/sync/values.ts';
import { tokensOf } from './items.ts';
import type { Story } from './ledger.ts';
import type { SimulatedWorld } from './simulated-world.ts';

export function checkEnd(world: SimulatedWorld): void {
  checkWaiting(world);
  checkDoubles(world);
  checkLinks(world);
  checkCalmItems(world);
  checkDeletions(world);
  checkEdits(world);
  checkLosers(world);
}

function checkWaiting(world: SimulatedWorld): void {
  const { inbox, actions } = world.database;
  for (const { entry } of inbox.all())
    world.violated(`${entry.side} item ${entry.itemId} waits in the inbox for ever`);
  for (const { action } of actions.all())
    if (['planned', 'tried'].includes(action.state))
      world.violated(
        `action ${action.id} (${action.body.kind}, ${action.title}) is ${action.state} for ever`,
      );
}

function checkDoubles(world: SimulatedWorld): void {
  for (const system of world.systems()) {
    const counts = new Map<number, number>();
    for (const { values } of system.list()) {
      const number = world.numberOf(values);
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    for (const [number, count] of counts)
      if (count > 1 && world.ledger.story(number)?.mayBeTwice !== true && !isUnheardDeletion(world, number))
        world.violated(
          `item ${number} is there ${count} times on ${system === world.crm ? 'crm' : 'exchange'}`,
        );
  }
}

interface Pair {
  readonly link: Link;
  readonly number: number;
  readonly crm: Item | undefined;
  readonly exchange: Item | undefined;
}

function pairsOf(world: SimulatedWorld): Pair[] {
  const crm = new Map(world.crm.list().map((item) => [item.id, item]));
  return world.users.flatMap(({ mailboxId, mailbox }) => {
    const exchange = new Map(mailbox.list().map((item) => [item.id, item]));
    return world.database.links
      .all()
      .filter(({ scope, link }) => scope.mailboxId === mailboxId && link.state === 'active')
      .map(({ link }): Pair => {
        const pair = { crm: crm.get(link.crmId ?? ''), exchange: exchange.get(link.exchangeId ?? '') };
        return { link, number: world.numberOf((pair.crm ?? pair.exchange)?.values ?? {}), ...pair };
      });
  });
}

function checkLinks(world: SimulatedWorld): void {
  for (const { mailboxId } of world.users) {
    const known = new Set<string>();
    for (const { scope, link } of world.database.links.all()) {
      if (scope.mailboxId !== mailboxId || link.state !== 'active') continue;
      for (const side of sides) {
        const name = `${side} ${link[`${side}Id`]}`;
        if (known.has(name)) world.violated(`two active links know ${name}`);
        known.add(name);
      }
    }
  }
  for (const { link, number, crm, exchange } of pairsOf(world)) {
    if (!crm || !exchange) {
      if (isUnheardDeletion(world, number, crm ? 'exchange' : 'crm')) continue;
      world.violated(`the active link ${link.id} has no item on ${crm ? 'exchange' : 'crm'}`);
      continue;
    }
    if (world.ledger.story(number)?.rejected) continue;
    for (const { name, kind } of fieldsIn(world.module, crm.values, exchange.values)) {
      const values = { crm: crm.values[name] ?? null, exchange: exchange.values[name] ?? null };
      if (sameValue(kind, comparable(values.crm), comparable(values.exchange))) continue;
      if (world.setup.settings.type === 'oneWay' && isOwnEdit(world, name, values)) continue;
      world.violated(
        `item ${number} differs in ${name}: crm ${shown(values.crm)}, exchange ${shown(values.exchange)}`,
      );
    }
  }
}

/**
 * A named risk: a new item was deleted or moved before its link was stored, and the cursor that would have reported the deletion
 * was lost. The full read that follows asks only for linked items.
 */
function isUnheardDeletion(world: SimulatedWorld, number: number, side?: Side): boolean {
  const story = world.ledger.story(number);
  const isUnheard = world.areCursorsLost && (story?.moved === true || hasDeletion(story, side));
  if (isUnheard) world.exclude('deleted before it was linked, and the cursor lost');
  return isUnheard;
}

function hasDeletion(story: Story | undefined, side: Side | undefined): boolean {
  if (!story) return false;
  return side === undefined ? story.userDeletions.size > 0 : story.userDeletions.has(side);
}

/** A picture is compared by its content. */
function comparable(value: Value): SealedValue {
  return value !== null && typeof value === 'object' && 'content' in value ? value.content : value;
}

function shown(value: Value): string {
  return tokensOf(value).join(' ') || JSON.stringify(value);
}

function followingSide(world: SimulatedWorld): Side {
  return world.setup.settings.direction === 'crmToExchange' ? 'exchange' : 'crm';
}

/** In a one-way sync what was edited on the following side stays there. */
function isOwnEdit(world: SimulatedWorld, name: string, values: Readonly<Record<Side, Value>>): boolean {
  const following = followingSide(world);
  const tokens = tokensOf(values[following]);
  // What was emptied there, and that an occurrence was changed, has no value to find it by.
  if (tokens.length === 0) return values[following] === null || name.startsWith('@');
  return tokens.some((token) => world.ledger.edits.get(token)?.side === following);
}

/** What nobody deleted, moved, gave away or refused is on both sides, once. */
function checkCalmItems(world: SimulatedWorld): void {
  const { settings } = world.setup;
  const pairs = new Set(pairsOf(world).map(({ number }) => number));
  for (const story of world.ledger.stories.values()) {
    if (story.moved || story.rejected || story.userDeletions.size > 0 || pairs.has(story.number)) continue;
    const isFollowing = settings.type === 'oneWay' && story.born === followingSide(world);
    const isCapped = settings.firstSyncCap !== null && story.born === 'crm';
    if (isFollowing || isCapped) continue;
    world.violated(`item ${story.number}, begun on ${story.born}, is not linked with both sides`);
  }
}

function has(world: SimulatedWorld, side: Side, number: number): boolean {
  return world.shown(side).some(({ item }) => world.numberOf(item.values) === number);
}

function checkDeletions(world: SimulatedWorld): void {
  const { settings } = world.setup;
  for (const { number, cleanDeletion: side, rejected, mayBeTwice } of world.ledger.stories.values()) {
    if (side === null || rejected || mayBeTwice) continue;
    const left = otherSide(side);
    const mayWrite = settings.type === 'twoWay' || left === followingSide(world);
    const isCarried = settings.deletes[side] && mayWrite;
    if (has(world, side, number)) world.violated(`item ${number} came back on ${side}, where it was deleted`);
    if (has(world, left, number) === isCarried)
      world.violated(
        `item ${number} was deleted on ${side} and is ${isCarried ? 'still' : 'gone'} on ${left}`,
      );
  }
}

function checkEdits(world: SimulatedWorld): void {
  const { ledger, database } = world;
  const kept = new Set<string>();
  const removed = new Set<string>();
  const keep = (value: Value | SealedValue | undefined, into = kept): void => {
    const content = isBlobRef(value as SealedValue)
      ? contentOf(world, (value as { hash: string; mediaType: string }).hash)
      : value;
    for (const token of tokensOf(content)) into.add(token);
  };
  const keepAll = (values: Values): void => Object.values(values).forEach((value) => keep(value));
  for (const system of world.systems()) for (const { values } of system.everywhere()) keepAll(values);
  for (const { action } of database.actions.all()) {
    if (action.state !== 'done') continue;
    for (const { value } of action.body.losers) keep(value);
    // The history has what a deletion removed, though not as a loser.
    if (action.body.kind === 'remove')
      for (const value of Object.values(action.body.before)) keep(value, removed);
  }
  for (const { token, number, side, field } of ledger.edits.values()) {
    if (kept.has(token) || ledger.superseded.has(token)) continue;
    if (removed.has(token)) world.exclude('kept only as what a deletion removed');
    else world.violated(`the edit ${token} of ${field} of item ${number} on ${side} is lost without a trace`);
  }
}

function contentOf(world: SimulatedWorld, hash: string): Value {
  const blob = world.database.blobs.get(hash);
  if (!blob) return null;
  return blob.mediaType === 'text/plain'
    ? blob.content
    : { mediaType: blob.mediaType, content: blob.content };
}

function checkLosers(world: SimulatedWorld): void {
  const { settings } = world.setup;
  const winner = settings.type === 'twoWay' ? settings.winner : otherSide(followingSide(world));
  for (const { action } of world.database.actions.all()) {
    if (action.state !== 'done') continue;
    for (const { side, field } of action.body.losers)
      if (side === winner)
        world.violated(
          `${field} of item ${world.numberOfAction(action)} lost on ${side}, which wins conflicts`,
        );
  }
}
