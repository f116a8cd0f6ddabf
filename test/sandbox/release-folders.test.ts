/** Folders, by the conformance requirements of [MS-OXWSFOLD], alike in every release. */
import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { codes, createContact } from './ews-client.ts';
import { ALL_RELEASES, send, startReleased } from './released-server.ts';

const create = (parent: string, folder: string): string =>
  `<m:CreateFolder><m:ParentFolderId>${parent}</m:ParentFolderId><m:Folders>${folder}</m:Folders></m:CreateFolder>`;
const ROOT = '<t:DistinguishedFolderId Id="msgfolderroot"/>';
const get = (ids: string, shape = '<t:BaseShape>AllProperties</t:BaseShape>'): string =>
  `<m:GetFolder><m:FolderShape>${shape}</m:FolderShape><m:FolderIds>${ids}</m:FolderIds></m:GetFolder>`;
const remove = (id: string, type: string): string =>
  `<m:DeleteFolder DeleteType="${type}"><m:FolderIds>${id}</m:FolderIds></m:DeleteFolder>`;
const update = (id: string, change: string): string =>
  `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${id}<t:Updates>${change}</t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`;
const folderIds = (xml: string): string[] =>
  [...xml.matchAll(/<t:FolderId Id="([^"]*)"/g)].map((one) => one[1] ?? '');
const byId = (id: string): string => `<t:FolderId Id="${id}"/>`;
const classes = (xml: string): string[] =>
  [...xml.matchAll(/ResponseClass="(\w+)"/g)].map((one) => one[1] ?? '');

for (const release of ALL_RELEASES) {
  describe(`sandbox folders of ${release} by their requirements`, () => {
    let server: Sandbox;
    beforeEach(async () => {
      server = await startReleased(release);
    });
    afterEach(() => server.close());
    const ask = async (body: string): Promise<string> => (await send(server, release, body)).body;

    const classOf: [string, string, string][] = [
      ['calendar', 'IPF.Appointment', '[MS-OXWSFOLD R70] [MS-OXWSFOLD R2901]'],
      ['contacts', 'IPF.Contact', '[MS-OXWSFOLD R585] [MS-OXWSFOLD R3301]'],
      ['journal', 'IPF.Journal', '[MS-OXWSFOLD R586]'],
      ['inbox', 'IPF.Note', '[MS-OXWSFOLD R587] [MS-OXWSFOLD R2802]'],
      ['notes', 'IPF.StickyNote', '[MS-OXWSFOLD R588]'],
      ['tasks', 'IPF.Task', '[MS-OXWSFOLD R589] [MS-OXWSFOLD R3501]'],
    ];
    it(`have the classes of their kinds ${classOf.map(([, , ids]) => ids).join(' ')} [MS-OXWSFOLD R428]`, async () => {
      const xml = await ask(get(classOf.map(([id]) => `<t:DistinguishedFolderId Id="${id}"/>`).join('')));
      expect([...xml.matchAll(/<t:FolderClass>([^<]*)</g)].map((one) => one[1])).to.deep.equal(
        classOf.map(([, name]) => name),
      );
      expect([...xml.matchAll(/<m:Folders><t:(\w+)>/g)].map((one) => one[1])).to.deep.equal([
        ...['CalendarFolder', 'ContactsFolder', 'Folder', 'Folder', 'Folder', 'TasksFolder'],
      ]);
    });

    it('come with their id, their parent, their name and their counts [MS-OXWSFOLD R6602] [MS-OXWSFOLD R6801] [MS-OXWSFOLD R7101] [MS-OXWSFOLD R7201] [MS-OXWSFOLD R5900] [MS-OXWSFOLD R7501] [MS-OXWSFOLD R5912] [MS-OXWSFOLD R5934]', async () => {
      await ask(createContact('<t:GivenName>A</t:GivenName>'));
      await ask(
        create(
          '<t:DistinguishedFolderId Id="contacts"/>',
          '<t:ContactsFolder><t:DisplayName>Below</t:DisplayName></t:ContactsFolder>',
        ),
      );
      const xml = await ask(get('<t:DistinguishedFolderId Id="contacts"/>'));
      const root = folderIds(await ask(get(ROOT)))[0];
      expect(xml)
        .to.include(`<t:ParentFolderId Id="${root}"`)
        .and.include('<t:DisplayName>Contacts</t:DisplayName>');
      expect(xml)
        .to.include('<t:TotalCount>1</t:TotalCount>')
        .and.match(/<t:ChildFolderCount>[1-9]\d*</);
      expect(xml)
        .to.include('<t:EffectiveRights>')
        .and.match(/<t:FolderId Id="[^"]+" ChangeKey="[^"]+"\/>/);
    });

    it('are created, read by id, renamed and deleted [MS-OXWSFOLD R2202] [MS-OXWSFOLD R22202] [MS-OXWSFOLD R252] [MS-OXWSFOLD R3864] [MS-OXWSFOLD R38644] [MS-OXWSFOLD R426] [MS-OXWSFOLD R46444] [MS-OXWSFOLD R4644] [MS-OXWSFOLD R5251] [MS-OXWSFOLD R3104] [MS-OXWSFOLD R31044] [MS-OXWSFOLD R306] [MS-OXWSFOLD R34301]', async () => {
      const made = await ask(create(ROOT, '<t:Folder><t:DisplayName>One</t:DisplayName></t:Folder>'));
      expect([classes(made), codes(made)]).to.deep.equal([['Success'], ['NoError']]);
      const id = byId(folderIds(made)[0] ?? '');
      const read = await ask(get(id));
      expect([classes(read), codes(read)]).to.deep.equal([['Success'], ['NoError']]);
      expect(read).to.include('<t:DisplayName>One<').and.include('<t:FolderClass>IPF.Note<');
      const renamed = await ask(
        update(
          id,
          '<t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>Two</t:DisplayName></t:Folder></t:SetFolderField>',
        ),
      );
      expect([classes(renamed), codes(renamed)]).to.deep.equal([['Success'], ['NoError']]);
      expect(await ask(get(id))).to.include('<t:DisplayName>Two<');
      const gone = await ask(remove(id, 'HardDelete'));
      expect([classes(gone), codes(gone)]).to.deep.equal([['Success'], ['NoError']]);
      const missing = await ask(get(id));
      expect([classes(missing), codes(missing)]).to.deep.equal([['Error'], ['ErrorFolderNotFound']]);
    });

    it('are created several at a time, each with its own result [MS-OXWSFOLD R2531] [MS-OXWSFOLD R217] [MS-OXWSFOLD R22203]', async () => {
      const folder = (name: string): string => `<t:Folder><t:DisplayName>${name}</t:DisplayName></t:Folder>`;
      const xml = await ask(create(ROOT, folder('One') + folder('one') + folder('Two')));
      expect(codes(xml)).to.deep.equal(['NoError', 'ErrorFolderExists', 'NoError']);
      expect(classes(xml)).to.deep.equal(['Success', 'Error', 'Success']);
    });

    it('take a class of their own, and do without [MS-OXWSFOLD R5890] [MS-OXWSFOLD R589201] [MS-OXWSFOLD R589202]', async () => {
      const own = await ask(
        create(
          ROOT,
          '<t:Folder><t:FolderClass>IPF.Note.Custom</t:FolderClass><t:DisplayName>Own</t:DisplayName></t:Folder>',
        ),
      );
      expect(codes(own)).to.deep.equal(['NoError']);
      expect(await ask(get(byId(folderIds(own)[0] ?? '')))).to.include('<t:FolderClass>IPF.Note.Custom<');
      expect(
        codes(await ask(create(ROOT, '<t:Folder><t:DisplayName>Plain</t:DisplayName></t:Folder>'))),
      ).to.deep.equal(['NoError']);
    });

    it('refuse to lose what every mailbox has, and to append [MS-OXWSFOLD R308] [MS-OXWSFOLD R31045] [MS-OXWSFOLD R507] [MS-OXWSFOLD R4645]', async () => {
      const inbox = await ask(remove('<t:DistinguishedFolderId Id="inbox"/>', 'HardDelete'));
      expect([classes(inbox), codes(inbox)]).to.deep.equal([['Error'], ['ErrorDeleteDistinguishedFolder']]);
      const appended = await ask(
        update(
          '<t:DistinguishedFolderId Id="notes"/>',
          '<t:AppendToFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></t:AppendToFolderField>',
        ),
      );
      expect([classes(appended), codes(appended)]).to.deep.equal([['Error'], ['ErrorInvalidPropertyAppend']]);
    });

    it('come in the shape asked for [MS-OXWSFOLD R42101] [MS-OXWSFOLD R42102] [MS-OXWSFOLD R42103] [MS-OXWSFOLD R42104] [MS-OXWSFOLD R42105]', async () => {
      const inbox = '<t:DistinguishedFolderId Id="inbox"/>';
      const shaped = (base: string, more = ''): Promise<string> =>
        ask(get(inbox, `<t:BaseShape>${base}</t:BaseShape>${more}`));
      expect(await shaped('AllProperties'))
        .to.include('<t:ParentFolderId ')
        .and.include('<t:UnreadCount>0<');
      expect(await shaped('Default'))
        .to.include('<t:DisplayName>')
        .and.not.include('<t:ParentFolderId ');
      expect(await shaped('IdOnly')).to.match(
        /<m:Folders><t:Folder><t:FolderId [^>]*\/><\/t:Folder><\/m:Folders>/,
      );
      const more =
        '<t:AdditionalProperties><t:FieldURI FieldURI="folder:FolderClass"/></t:AdditionalProperties>';
      expect(await shaped('IdOnly', more)).to.match(
        /<t:FolderId [^>]*\/><t:FolderClass>IPF.Note<\/t:FolderClass><\/t:Folder>/,
      );
    });
  });
}
