/** `exsync user module` and `exsync folders`: modules of single mailboxes, and the folders they live in. */
import type { MailboxMove } from '../composition/folder-moves.ts';
import type { Installation } from '../composition/installation.ts';
import { ConfigError, RemoteError } from '../errors.ts';
import { folderTargets } from '../sync/administration.ts';
import type { FolderTarget } from '../sync/administration.ts';
import type { Module } from '../sync/model.ts';
import { say, sayJson, sayProgress, table } from './answers.ts';
import { moduleNamed } from './named-module.ts';
import { mailboxOf } from './users.ts';

const actor = 'exsync user';

/** Returns false where it has to be confirmed first. */
export async function switchModule(
  installation: Installation,
  email: string,
  { module: name, on, yes, signal }: { module: string; on: boolean; yes: boolean; signal: AbortSignal },
): Promise<boolean> {
  const module = moduleNamed(name);
  const { mailbox } = await mailboxOf(installation, email);
  const scope = { mailboxId: mailbox.id, module };
  if (on) {
    await installation.folders.switchOn(scope, actor);
    say(`${email}: ${module} on.`);
    return true;
  }
  const confirmed = yes ? 'any' : null;
  const answer = await installation.folders.switchOff(scope, { actor, confirmed, signal });
  if (answer === null) {
    say(`${email}: ${module} off.`);
    return true;
  }
  if (answer.kind === 'refused') {
    const { message, remedy } = answer;
    throw new RemoteError({ side: 'exchange', code: 'NotRemoved', message, remedy, retryable: false });
  }
  const { items, folder } = answer;
  process.stderr.write(
    `${email}: the folder “${folder}” would go to Deleted Items, with ${items} ${items === 1 ? 'item' : 'items'}; ` +
      'what is in the CRM stays. Repeat it with --yes.\n',
  );
  return false;
}

export interface FoldersOptions {
  readonly preview: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

interface FoldersReport {
  readonly module: Module;
  readonly target: FolderTarget;
  /** What the settings say now. */
  readonly settings: FolderTarget;
  readonly mailboxes: readonly MailboxMove[];
}

/** Returns false where a mailbox is left. */
export async function moveFolders(
  installation: Installation,
  [moduleName, targetName]: readonly [string, string],
  { preview, json, signal }: FoldersOptions,
): Promise<boolean> {
  const module = moduleNamed(moduleName);
  const target = folderTargets.find((one) => one === targetName);
  if (target === undefined)
    throw new ConfigError([`"${targetName}": there is ${folderTargets.join(' and ')}.`]);
  const { stores, folderMoves } = installation;
  const moves: MailboxMove[] = [];
  for (const mailbox of await stores.mailboxes.list()) {
    if (signal.aborted) break;
    const progress = (moved: number): void =>
      sayProgress(`${mailbox.address} ${module}: ${moved} items moved`);
    moves.push(await folderMoves.move(mailbox, { module, target, preview, signal, progress }));
    sayProgress('');
  }
  const isSettled =
    !preview && !signal.aborted && (await folderMoves.settle(module, target, 'exsync folders'));
  const { settings } = await stores.settings.load();
  const report = { module, target, settings: settings.modules[module].target, mailboxes: moves };
  if (json) sayJson(report);
  else sayReport(report, preview);
  if (preview && signal.aborted) process.stderr.write('It was stopped before every mailbox was looked at.\n');
  return preview ? !signal.aborted && moves.every(({ state }) => state !== 'failed') : isSettled;
}

const stateWords: Readonly<Record<MailboxMove['state'], string>> = {
  moved: 'moved',
  wouldMove: 'would be moved',
  there: 'nothing to move',
  kept: 'switched off: stays',
  failed: 'failed',
};

function sayReport({ module, target, settings, mailboxes }: FoldersReport, preview: boolean): void {
  const rows = mailboxes.map(({ mailbox, state, moved, stays, makesFolder }) => [
    mailbox,
    stateWords[state],
    String(moved),
    String(stays),
    makesFolder ? 'new' : '',
  ]);
  if (rows.length > 0) say(table([['MAILBOX', 'STATE', 'ITEMS', 'STAY', 'FOLDER'], ...rows]));
  for (const { mailbox, error } of mailboxes)
    if (error !== null) process.stderr.write(`${mailbox}: ${error}\n`);
  if (preview) return say(`Nothing was moved; modules.${module}.target is ${settings}.`);
  if (settings === target) return say(`modules.${module}.target is ${target} now.`);
  const left = mailboxes.filter(({ state }) => state === 'failed').map(({ mailbox }) => mailbox);
  process.stderr.write(
    `modules.${module}.target stays ${settings} until every mailbox has gone over; ` +
      `left: ${left.join(', ') || 'mailboxes that were not come to'}. Repeat the command.\n`,
  );
}
