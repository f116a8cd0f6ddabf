import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { all, first } from './calendar-requests.ts';
import { ask, codes, startRecorded } from './ews-client.ts';
import { findIn } from './item-requests.ts';

const KINDS = [
  ['CalendarFolder', 'IPF.Appointment', 'calendar', 'CalendarItem', 'SendMeetingInvitations="SendToNone"'],
  ['TasksFolder', 'IPF.Task', 'tasks', 'Task', ''],
  ['ContactsFolder', 'IPF.Contact', 'contacts', 'Contact', ''],
] as const;

function folderId(xml: string): string {
  return /<t:FolderId Id="([^"]*)"/.exec(xml)?.[1] ?? '';
}

function byId(id: string): string {
  return `<t:FolderId Id="${id}"/>`;
}

function createFolder(element: string, parent: string, name: string): string {
  return (
    `<m:CreateFolder><m:ParentFolderId>${parent}</m:ParentFolderId><m:Folders><t:${element}><t:DisplayName>${name}` +
    `</t:DisplayName></t:${element}></m:Folders></m:CreateFolder>`
  );
}

function deleteFolder(id: string, type: string): string {
  return `<m:DeleteFolder DeleteType="${type}"><m:FolderIds>${byId(id)}</m:FolderIds></m:DeleteFolder>`;
}

function getFolder(folder: string): string {
  return (
    '<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>' +
    `<m:FolderIds>${folder}</m:FolderIds></m:GetFolder>`
  );
}

function hierarchy(root: string, state = ''): string {
  return (
    '<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>' +
    `<m:SyncFolderId><t:DistinguishedFolderId Id="${root}"/></m:SyncFolderId>` +
    `${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}</m:SyncFolderHierarchy>`
  );
}

const distinguished = (id: string): string => `<t:DistinguishedFolderId Id="${id}"/>`;

describe('sandbox folders beside the default ones', () => {
  let server: Sandbox;
  before(async () => {
    server = await startRecorded();
  });
  after(() => server.close());

  const request = (body: string): Promise<string> => ask(server.url, body);

  /** A folder under the default one with an item in it. */
  async function filled(
    [element, , home, kind, attributes]: (typeof KINDS)[number],
    name: string,
  ): Promise<string> {
    const id = folderId(await request(createFolder(element, distinguished(home), name)));
    const into = `<m:SavedItemFolderId>${byId(id)}</m:SavedItemFolderId>`;
    const item = `<t:${kind}><t:Subject>Inside</t:Subject></t:${kind}>`;
    const answer = await request(
      `<m:CreateItem ${attributes}>${into}<m:Items>${item}</m:Items></m:CreateItem>`,
    );
    expect(codes(answer)).to.deep.equal(['NoError']);
    return id;
  }

  for (const kind of KINDS) {
    const [element, folderClass, home, itemElement] = kind;

    it(`are a ${element} of class ${folderClass} that holds its own items`, async () => {
      const id = await filled(kind, `Own ${element}`);
      const folder = await request(getFolder(byId(id)));
      expect(folder).to.include(`<t:${element}><t:FolderId Id="${id}"`);
      expect([first(folder, 'FolderClass'), first(folder, 'TotalCount')]).to.deep.equal([folderClass, '1']);
      const inside = await request(findIn(home).replace(distinguished(home), byId(id)));
      expect(all(inside, itemElement)).to.have.length(1);
      expect(all(await request(findIn(home)), itemElement)).to.have.length(0);
    });

    it(`are moved to Deleted Items with id, items and folders below, as a ${element}`, async () => {
      const id = await filled(kind, `Moved ${element}`);
      const below = folderId(await request(createFolder(element, byId(id), 'Below')));
      const everywhere = first(await request(hierarchy('msgfolderroot')), 'SyncState');
      const here = first(await request(hierarchy(home)), 'SyncState');
      expect(codes(await request(deleteFolder(id, 'MoveToDeletedItems')))).to.deep.equal(['NoError']);

      const bin = folderId(await request(getFolder(distinguished('deleteditems'))));
      const folder = await request(getFolder(byId(id)));
      expect(folder).to.include(`<t:ParentFolderId Id="${bin}"`);
      expect([first(folder, 'TotalCount'), first(folder, 'ChildFolderCount')]).to.deep.equal(['1', '1']);
      expect(await request(getFolder(byId(below)))).to.include(`<t:ParentFolderId Id="${id}"`);

      const updated = await request(hierarchy('msgfolderroot', everywhere));
      expect(all(updated, 'Update').map(folderId)).to.deep.equal([id]);
      expect(updated).to.include(`<t:ParentFolderId Id="${bin}"`).and.not.include('<t:Delete><t:FolderId');
      const gone = await request(hierarchy(home, here));
      expect(all(gone, 'Delete').map(folderId)).to.have.members([id, below]);

      expect(codes(await request(deleteFolder(id, 'MoveToDeletedItems')))).to.deep.equal(['NoError']);
      expect(codes(await request(getFolder(byId(id) + byId(below))))).to.deep.equal([
        'ErrorFolderNotFound',
        'ErrorFolderNotFound',
      ]);
    });
  }

  for (const type of ['HardDelete', 'SoftDelete']) {
    it(`end with ${type}, and their items with them`, async () => {
      const id = await filled(KINDS[1], `Ended by ${type}`);
      const state = first(await request(hierarchy('msgfolderroot')), 'SyncState');
      expect(codes(await request(deleteFolder(id, type)))).to.deep.equal(['NoError']);
      expect(codes(await request(getFolder(byId(id))))).to.deep.equal(['ErrorFolderNotFound']);
      const answer = await request(hierarchy('msgfolderroot', state));
      expect(all(answer, 'Delete').map(folderId)).to.deep.equal([id]);
    });
  }

  it('get another name in Deleted Items when theirs is taken', async () => {
    for (const expected of ['Same', 'Same1', 'Same2']) {
      const id = folderId(await request(createFolder('TasksFolder', distinguished('tasks'), 'Same')));
      await request(deleteFolder(id, 'MoveToDeletedItems'));
      expect(first(await request(getFolder(byId(id))), 'DisplayName')).to.equal(expected);
    }
  });

  it('tell a subscription that they moved, with the folder they came from', async () => {
    const tasks = folderId(await request(getFolder(distinguished('tasks'))));
    const id = folderId(await request(createFolder('TasksFolder', distinguished('tasks'), 'Watched')));
    const subscribed = await request(
      '<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="tasks"/></t:FolderIds>' +
        '<t:EventTypes><t:EventType>MovedEvent</t:EventType></t:EventTypes><t:Timeout>10</t:Timeout>' +
        '</m:PullSubscriptionRequest></m:Subscribe>',
    );
    await request(deleteFolder(id, 'MoveToDeletedItems'));
    const events = await request(
      `<m:GetEvents><m:SubscriptionId>${first(subscribed, 'SubscriptionId')}</m:SubscriptionId>` +
        `<m:Watermark>${first(subscribed, 'Watermark')}</m:Watermark></m:GetEvents>`,
    );
    const [moved] = all(events, 'MovedEvent');
    expect(moved).to.match(new RegExp(`<t:FolderId Id="${id.replace(/[+]/g, '\\+')}"`));
    expect(moved).to.include('<t:OldFolderId ').and.include(`<t:OldParentFolderId Id="${tasks}"`);
  });

  it('keep an item of another kind out', async () => {
    const id = await filled(KINDS[0], 'Only events');
    const into = `<m:SavedItemFolderId>${byId(id)}</m:SavedItemFolderId>`;
    const task = await request(`<m:CreateItem>${into}<m:Items><t:Task/></m:Items></m:CreateItem>`);
    expect(codes(task)).to.deep.equal(['ErrorCannotCreateTaskInNonTaskFolder']);
  });
});
