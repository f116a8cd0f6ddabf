import { createHash } from 'node:crypto';
import { fillDerivedNames } from './derived-names.ts';
import { ItemError } from './item-error.ts';
import { OpaqueIds } from './opaque-id.ts';
import { FIRST_FOLDERS } from './first-folders.ts';
import { descendants, newFolder } from './stored-folder.ts';
import type { StoredFolder } from './stored-folder.ts';
import { SEARCH_KEY } from './stored-item.ts';
import type { ItemKind, ListMember, PropertyValue, StoredAttachment, StoredItem } from './stored-item.ts';

export interface NewItem {
  readonly kind: ItemKind;
  readonly values: Map<string, PropertyValue>;
  readonly members?: readonly ListMember[];
  readonly attachments?: readonly StoredAttachment[];
}

export interface ChangeStamp {
  readonly at: number;
  /** Display name of who did it. */
  readonly by: string;
}

/** One mailbox: its folders, its items, and the numbering of its changes. */
export class Mailbox {
  readonly address: string;
  readonly name: string;
  readonly sid: string;
  readonly ids: OpaqueIds;
  readonly folders = new Map<number, StoredFolder>();
  readonly items = new Map<number, StoredItem>();
  readonly attachmentOwners = new Map<number, StoredItem>();
  readonly removedFolders: { readonly serial: number; readonly arrived: number; readonly number: number }[] =
    [];
  /** The number of the latest change to any folder. */
  lastFolderChange = 0;
  /** States of an earlier epoch are invalid. */
  syncEpoch = 1;
  readonly #distinguished = new Map<string, StoredFolder>();
  readonly #searchKeyHead: string;
  #lastChange = 0;
  #lastSerial = 0;

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
    return this.#addFolder(parent, displayName, folderClass, undefined);
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
  }

  removeFolder(folder: StoredFolder): void {
    for (const one of [...descendants(folder), folder]) {
      for (const item of [...one.log.items()]) this.removeItem(item);
      one.removed = true;
      this.folders.delete(one.serial);
      this.lastFolderChange = ++this.#lastChange;
      this.removedFolders.push({ serial: one.serial, arrived: one.arrived, number: this.#lastChange });
    }
    const siblings = folder.parent?.children ?? [];
    siblings.splice(siblings.indexOf(folder), 1);
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
      arrived: change,
      createdAt: stamp.createdAt ?? stamp.at,
      modifiedAt: stamp.at,
      modifiedBy: stamp.by,
      removed: false,
      derived: [],
      attachments: item.attachments ?? [],
      members: item.members ?? [],
    };
    fillDerivedNames(stored);
    this.items.set(serial, stored);
    for (const attachment of stored.attachments) this.attachmentOwners.set(attachment.serial, stored);
    folder.log.arrived(stored);
    return stored;
  }

  /** Gives the item a new change key and puts it into the folder's log. */
  touchItem(item: StoredItem, stamp?: ChangeStamp): void {
    item.change = ++this.#lastChange;
    if (stamp !== undefined) {
      item.modifiedAt = stamp.at;
      item.modifiedBy = stamp.by;
    }
    item.folder.log.updated(item);
  }

  removeItem(item: StoredItem): void {
    item.removed = true;
    this.items.delete(item.serial);
    for (const attachment of item.attachments) this.attachmentOwners.delete(attachment.serial);
    item.folder.log.removed(item, ++this.#lastChange);
  }

  copyItem(item: StoredItem, folder: StoredFolder, stamp: ChangeStamp): StoredItem {
    const copy = this.addItem(
      folder,
      {
        kind: item.kind,
        values: new Map(item.values),
        members: item.members,
        attachments: item.attachments.map((one) => ({ ...one, serial: this.nextSerial() })),
      },
      { ...stamp, createdAt: item.createdAt },
    );
    copy.derived = item.derived;
    return copy;
  }

  moveItem(item: StoredItem, folder: StoredFolder, stamp: ChangeStamp): StoredItem {
    const moved = this.copyItem(item, folder, stamp);
    this.removeItem(item);
    return moved;
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
