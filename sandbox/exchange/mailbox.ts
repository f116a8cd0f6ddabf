import { createHash } from 'node:crypto';
import { storedPart } from './calendar/occurrence-view.ts';
import { embedded, unnumbered } from './item-copy.ts';
import { kindOf } from './kind-registry.ts';
import { ItemError } from './item-error.ts';
import type { MailboxEvent, MailboxListener } from './mailbox-event.ts';
import { OpaqueIds } from './opaque-id.ts';
import { FIRST_FOLDERS } from './first-folders.ts';
import { ancestors, descendants, newFolder } from './stored-folder.ts';
import type { StoredFolder } from './stored-folder.ts';
import { SEARCH_KEY } from './stored-item.ts';
import type { EmbeddedItem, NewAttachment, NewItem, StoredAttachment, StoredItem } from './stored-item.ts';

export interface ChangeStamp {
  readonly at: number;
  /** Display name of who did it. */
  readonly by: string;
}

/** Everything a mailbox holds, as plain objects that share their parts with it. */
export interface MailboxState {
  readonly open: object;
  readonly distinguished: ReadonlyMap<string, StoredFolder>;
  readonly lastChange: number;
  readonly lastSerial: number;
}

/** A folder that is gone, or gone from some of the folders it was below. */
interface RemovedFolder {
  readonly serial: number;
  readonly arrived: number;
  readonly number: number;
  /** The folders it left, by serial; undefined when it is gone from everywhere. */
  readonly from: readonly number[] | undefined;
}

/** Fields that come from the account, not from what happened. */
const FIXED: ReadonlySet<string> = new Set(['address', 'name', 'sid', 'ids', 'listeners']);

/** One mailbox: its folders, its items, and the numbering of its changes. */
export class Mailbox {
  readonly address: string;
  readonly name: string;
  readonly sid: string;
  readonly ids: OpaqueIds;
  readonly folders = new Map<number, StoredFolder>();
  readonly items = new Map<number, StoredItem>();
  /** Which item an attachment hangs on, however deep. */
  readonly attachmentOwners = new Map<number, StoredItem>();
  readonly removedFolders: RemovedFolder[] = [];
  /** Told of everything that happens. */
  readonly listeners = new Set<MailboxListener>();
  /** The number of the latest change to any folder. */
  lastFolderChange = 0;
  /** States of an earlier epoch are invalid. */
  syncEpoch = 1;
  readonly #distinguished = new Map<string, StoredFolder>();
  readonly #searchKeyHead: string;
  #lastChange = 0;
  #lastSerial = 0;
  #quiet = 0;

  constructor(owner: { readonly address: string; readonly name: string; readonly sid: string }) {
    this.address = owner.address;
    this.name = owner.name;
    this.sid = owner.sid;
    this.ids = new OpaqueIds(owner.address.toLowerCase());
    this.#searchKeyHead = createHash('md5').update(owner.address).digest('base64').slice(0, 16);
    for (const first of FIRST_FOLDERS) {
      const parent = first.under === undefined ? undefined : this.#distinguished.get(first.under);
      this.#addFolder(parent, first.name, first.folderClass, first.id);
    }
  }

  nextSerial(): number {
    return ++this.#lastSerial;
  }

  distinguishedFolder(id: string): StoredFolder | undefined {
    return this.#distinguished.get(id);
  }

  createFolder(parent: StoredFolder, displayName: string, folderClass: string): StoredFolder {
    this.#checkFreeName(parent, displayName);
    const folder = this.#addFolder(parent, displayName, folderClass, undefined);
    this.emit({ type: 'created', folder });
    return folder;
  }

  renameFolder(folder: StoredFolder, displayName: string): void {
    if (folder.parent !== undefined && folder.displayName.toLowerCase() !== displayName.toLowerCase()) {
      this.#checkFreeName(folder.parent, displayName);
    }
    folder.displayName = displayName;
    this.touchFolder(folder);
  }

  touchFolder(folder: StoredFolder): void {
    folder.change = this.lastFolderChange = ++this.#lastChange;
    this.emit({ type: 'modified', folder });
  }

  removeFolder(folder: StoredFolder): void {
    for (const one of [...descendants(folder), folder]) {
      for (const item of [...one.log.items()]) this.removeItem(item);
      one.removed = true;
      this.folders.delete(one.serial);
      this.lastFolderChange = ++this.#lastChange;
      const { serial, arrived } = one;
      this.removedFolders.push({ serial, arrived, number: this.#lastChange, from: undefined });
      this.emit({ type: 'deleted', folder: one });
    }
    leaveParent(folder);
  }

  /** Puts a folder, with all below it and under its own id, into another one; a name taken there gets a number. */
  moveFolder(folder: StoredFolder, parent: StoredFolder): void {
    const oldParent = folder.parent;
    if (oldParent === undefined) throw new Error('The root of a mailbox is not moved.');
    const above = [...ancestors(folder)];
    leaveParent(folder);
    folder.displayName = freeName(parent, folder.displayName);
    folder.parent = parent;
    parent.children.push(folder);
    folder.change = this.lastFolderChange = ++this.#lastChange;
    const kept = new Set(ancestors(folder));
    const from = above.filter((one) => !kept.has(one)).map((one) => one.serial);
    for (const { serial, arrived } of [folder, ...descendants(folder)])
      this.removedFolders.push({ serial, arrived, number: this.#lastChange, from });
    this.emit({ type: 'moved', folder, oldParent });
  }

  addItem(
    folder: StoredFolder,
    item: NewItem,
    stamp: ChangeStamp & { readonly createdAt?: number },
  ): StoredItem {
    const serial = this.nextSerial();
    const change = ++this.#lastChange;
    if (!item.values.has(SEARCH_KEY)) {
      const tail = Buffer.allocUnsafe(4);
      tail.writeUInt32BE(serial, 0);
      item.values.set(SEARCH_KEY, this.#searchKeyHead + tail.toString('base64'));
    }
    const stored: StoredItem = {
      serial,
      kind: item.kind,
      folder,
      values: item.values,
      change,
      contentChange: change,
      arrived: change,
      createdAt: stamp.createdAt ?? stamp.at,
      modifiedAt: stamp.at,
      modifiedBy: stamp.by,
      removed: false,
      derived: [],
      attachments: (item.attachments ?? []).map((one) => this.#numbered(one, stamp)),
    };
    kindOf(stored).derive?.(stored);
    this.items.set(serial, stored);
    this.#own(stored, stored.attachments);
    folder.log.arrived(stored);
    this.emit({ type: 'created', item: stored });
    return stored;
  }

  /** Gives the item a new change key and puts it into the folder's log; a read flag alone is a change of its own. */
  touchItem(changed: StoredItem, stamp?: ChangeStamp, what: 'content' | 'readFlag' = 'content'): void {
    const item = storedPart(changed);
    item.change = ++this.#lastChange;
    if (what === 'content') item.contentChange = item.change;
    if (stamp !== undefined) {
      item.modifiedAt = stamp.at;
      item.modifiedBy = stamp.by;
    }
    item.folder.log.updated(item);
    this.emit({ type: 'modified', item });
  }

  removeItem(item: StoredItem): void {
    item.removed = true;
    this.items.delete(item.serial);
    this.#disown(item.attachments);
    item.folder.log.removed(item, ++this.#lastChange);
    this.emit({ type: 'deleted', item });
  }

  copyItem(item: StoredItem, folder: StoredFolder, stamp: ChangeStamp): StoredItem {
    const copy = this.#quietly(() =>
      this.addItem(
        folder,
        {
          kind: item.kind,
          values: new Map(item.values),
          attachments: item.attachments.map(unnumbered),
        },
        { ...stamp, createdAt: item.createdAt },
      ),
    );
    copy.derived = item.derived;
    this.emit({ type: 'copied', item: copy, from: item });
    return copy;
  }

  moveItem(item: StoredItem, folder: StoredFolder, stamp: ChangeStamp): StoredItem {
    const moved = this.#quietly(() => {
      const copy = this.copyItem(item, folder, stamp);
      this.removeItem(item);
      return copy;
    });
    this.emit({ type: 'moved', item: moved, from: item });
    return moved;
  }

  /** Hangs an attachment on an item; the item's change key is left to the caller. */
  attach(item: StoredItem, attachment: NewAttachment, stamp: ChangeStamp): StoredAttachment {
    const made = this.#numbered(attachment, stamp);
    item.attachments = [...item.attachments, made];
    this.#own(item, [made]);
    return made;
  }

  detach(item: StoredItem, attachment: StoredAttachment): void {
    const without = (list: readonly StoredAttachment[]): readonly StoredAttachment[] =>
      list.filter((one) => one !== attachment);
    item.attachments = without(item.attachments);
    for (const inner of embedded(item.attachments)) inner.attachments = without(inner.attachments);
    this.#disown([attachment]);
  }

  #numbered(attachment: NewAttachment, stamp: ChangeStamp): StoredAttachment {
    const made = { serial: this.nextSerial(), modifiedAt: stamp.at };
    if (attachment.type === 'file') return { ...attachment, ...made };
    const { kind, values, attachments = [] } = attachment.item;
    const item: EmbeddedItem = {
      kind,
      values,
      createdAt: stamp.at,
      modifiedAt: stamp.at,
      modifiedBy: stamp.by,
      attachments: attachments.map((one) => this.#numbered(one, stamp)),
    };
    return { ...attachment, ...made, item };
  }

  #own(item: StoredItem, attachments: readonly StoredAttachment[]): void {
    for (const one of attachments) {
      this.attachmentOwners.set(one.serial, item);
      if (one.type === 'item') this.#own(item, one.item.attachments);
    }
  }

  #disown(attachments: readonly StoredAttachment[]): void {
    for (const one of attachments) {
      this.attachmentOwners.delete(one.serial);
      if (one.type === 'item') this.#disown(one.item.attachments);
    }
  }

  /** Tells the listeners; new mail is told by whoever delivers it. */
  emit(event: MailboxEvent): void {
    if (this.#quiet > 0) return;
    for (const listener of this.listeners) listener(event);
  }

  exportState(): MailboxState {
    const open = Object.fromEntries(Object.entries(this).filter(([name]) => !FIXED.has(name)));
    return {
      open,
      distinguished: this.#distinguished,
      lastChange: this.#lastChange,
      lastSerial: this.#lastSerial,
    };
  }

  /** Takes over what exportState gave, in place of everything it holds. */
  importState(state: MailboxState): void {
    Object.assign(this, state.open);
    this.#distinguished.clear();
    for (const [id, folder] of state.distinguished) this.#distinguished.set(id, folder);
    this.#lastChange = state.lastChange;
    this.#lastSerial = state.lastSerial;
  }

  /** Without an event for each step. */
  #quietly<T>(act: () => T): T {
    this.#quiet++;
    try {
      return act();
    } finally {
      this.#quiet--;
    }
  }

  #checkFreeName(parent: StoredFolder, displayName: string): void {
    const wanted = displayName.toLowerCase();
    if (parent.children.some((one) => one.displayName.toLowerCase() === wanted)) {
      throw new ItemError('ErrorFolderExists');
    }
  }

  #addFolder(
    parent: StoredFolder | undefined,
    displayName: string,
    folderClass: string,
    distinguished: string | undefined,
  ): StoredFolder {
    const arrived = (this.lastFolderChange = ++this.#lastChange);
    const serial = this.nextSerial();
    const folder = newFolder({ serial, parent, displayName, folderClass, distinguished, arrived });
    this.folders.set(serial, folder);
    parent?.children.push(folder);
    if (distinguished !== undefined) this.#distinguished.set(distinguished, folder);
    return folder;
  }
}

function leaveParent(folder: StoredFolder): void {
  const siblings = folder.parent?.children ?? [];
  siblings.splice(siblings.indexOf(folder), 1);
}

function freeName(parent: StoredFolder, wanted: string): string {
  const taken = new Set(parent.children.map((one) => one.displayName.toLowerCase()));
  let name = wanted;
  for (let count = 1; taken.has(name.toLowerCase()); count++) name = `${wanted}${count}`;
  return name;
}
