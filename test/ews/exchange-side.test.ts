import { expect } from 'chai';
import { CursorLostError, RemoteError, StoppedError } from '../../src/errors.ts';
import { createExchangeSide } from '../../src/ews/exchange-side.ts';
import { createTransport } from '../../src/ews/transport.ts';
import type { EwsTransport, PostOptions } from '../../src/ews/transport.ts';
import { ewsSchemas } from '../../src/ews/versions.ts';
import type { Change, Draft, ReadResult, SyncSide, Target, WriteResult } from '../../src/sync/ports.ts';
import type { Values } from '../../src/sync/model.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { fullContact } from './items/contact-values.ts';

const mailbox = 'alice@example.test';
const photo = { mediaType: 'image/png', content: 'iVBORw0KGgoAAAAA' };
const otherPhoto = { mediaType: 'image/jpeg', content: '/9j/4AAQSkZJRgAB' };

function drafts(
  count: number,
  values: (index: number) => Values = (index) => ({ givenName: `G${index}` }),
): Draft[] {
  return Array.from({ length: count }, (_, index) => ({
    stamp: `inst:contacts:${index}`,
    values: values(index),
  }));
}

function doneOf(result: WriteResult | undefined): Target {
  if (result?.kind !== 'done') throw new Error(`not done: ${JSON.stringify(result)}`);
  return { id: result.id, version: result.version };
}

function valuesOf(result: ReadResult | undefined): Values {
  if (result?.kind !== 'item') throw new Error(`no item: ${JSON.stringify(result)}`);
  return result.item.values;
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('no error');
}

describe('Exchange side', () => {
  let sandbox: Sandbox;
  let transport: EwsTransport;
  let side: SyncSide;
  /** Decides before each request whether it is refused as a proxy would, unseen by the server. */
  let refuse: (envelope: string, options: PostOptions) => string | null;

  beforeEach(async () => {
    sandbox = await startExchange();
    transport = createTransport({
      url: sandbox.url,
      credentials: { username: 'svc@example.test', password: 'svc' },
      sleep: () => Promise.resolve(),
    });
    refuse = () => null;
    const refusing: EwsTransport = {
      post: async (envelope, options) => {
        const code = refuse(envelope, options);
        if (code !== null) throw new RemoteError({ side: 'exchange', code, message: code, retryable: false });
        return transport.post(envelope, options);
      },
      holdOff: (ms) => transport.holdOff(ms),
      metrics: transport.metrics,
      close: () => transport.close(),
    };
    const schema = ewsSchemas.Exchange2013_SP1;
    side = createExchangeSide({ transport: refusing, mailbox, impersonate: true, schema });
  });

  afterEach(async () => {
    await transport.close();
    await sandbox.close();
  });

  const create = (some: readonly Draft[]): Promise<WriteResult[]> => side.create('contacts', some);
  const createOne = async (values: Values): Promise<Target> =>
    doneOf((await create([{ stamp: 'inst:contacts:one', values }]))[0]);

  async function allChanges(
    cursor: string | null,
  ): Promise<{ changes: Change[]; cursor: string; pages: number }> {
    const changes: Change[] = [];
    let last = '';
    let pages = 0;
    for await (const page of side.changes('contacts', cursor)) {
      changes.push(...page.changes);
      last = page.cursor;
      pages++;
    }
    return { changes, cursor: last, pages };
  }

  it('says what it can do', async () => {
    const { unsupported, separate, batchSize } = side.capabilities('contacts');
    expect([...unsupported]).to.deep.equal([]);
    expect([...separate]).to.deep.equal(['photo']);
    expect(batchSize).to.equal(50);
    expect(await side.presentCursor('contacts')).to.equal(null);
  });

  it('asks for its folder once', async () => {
    const scope = await side.scope('contacts');
    expect(await side.scope('contacts')).to.equal(scope);
    expect(sandbox.requests.byOperation['GetFolder']).to.equal(1);
  });

  it('takes items of a folder of its own for nothing where that folder was deleted', async () => {
    const box = sandbox.store.mailbox(mailbox);
    const root = sandbox.store.folder(mailbox, 'msgfolderroot');
    const folder = box.createFolder(root, 'CRM Contacts', 'IPF.Contact');
    const folderIds = { contacts: box.ids.write('folder', folder.serial) };
    const session = { transport, mailbox, impersonate: true, schema: ewsSchemas.Exchange2013_SP1 };
    const dedicated = createExchangeSide({ ...session, folderIds, dedicated: true });
    expect(await dedicated.scope('contacts')).to.equal(folderIds.contacts);
    const lost = [{ id: 'lost', stamp: 'inst:contacts:lost', identity: null }];
    expect(await dedicated.locate('contacts', lost)).to.deep.equal(['gone']);
    const isGone = (error: unknown) =>
      expect(error).to.include({ code: 'DedicatedFolderGone', retryable: false });
    box.moveFolder(folder, sandbox.store.folder(mailbox, 'deleteditems'));
    isGone(await errorOf(dedicated.scope('contacts')));
    isGone(await errorOf(dedicated.locate('contacts', lost)));
    box.removeFolder(folder);
    isGone(await errorOf(dedicated.locate('contacts', lost)));
    const plain = createExchangeSide({ ...session, folderIds });
    expect(await plain.locate('contacts', lost), 'as it was').to.deep.equal(['gone']);
  });

  it('tells why a mailbox may not be impersonated', async () => {
    const denied = createExchangeSide({
      transport,
      mailbox: 'carol@example.test',
      impersonate: true,
      schema: ewsSchemas.Exchange2013_SP1,
    });
    const error = await errorOf(denied.scope('contacts'));
    expect(error)
      .to.be.instanceOf(RemoteError)
      .and.include({ code: 'ErrorImpersonateUserDenied', retryable: false });
  });

  describe('changes', () => {
    it('come in pages with keys, stamp and identity, and not again', async () => {
      await create(
        drafts(3, (index) => ({ givenName: `G${index}`, email1: `g${index}@b.test`, homePhone: '1' })),
      );
      const first = await allChanges(null);
      const one = first.changes.find(
        (change) => change.kind === 'changed' && change.stamp === 'inst:contacts:1',
      );
      expect(one).to.deep.include({
        keyValues: {
          ...{ givenName: 'G1', middleName: null, surname: null, company: null },
          ...{ email1: 'g1@b.test', email2: null, email3: null },
        },
        ownerId: null,
        skip: null,
        item: null,
      });
      expect(one?.kind === 'changed' && one.identity).to.be.a('string');
      expect(first.changes).to.have.length(3);
      expect((await allChanges(first.cursor)).changes).to.deep.equal([]);
    });

    it('show edits and deletions', async () => {
      const [kept, removed] = (await create(drafts(2))).map(doneOf);
      if (!kept || !removed) throw new Error('not created');
      const { cursor } = await allChanges(null);
      const edited = sandbox.store.editItem(kept.id, { 'contacts:Surname': 'New' });
      sandbox.store.removeItem(removed.id);
      const { changes } = await allChanges(cursor);
      expect(changes).to.have.length(2);
      expect(changes).to.deep.include({ kind: 'deleted', id: removed.id });
      const changed = changes.find(({ id }) => id === kept.id);
      expect(changed?.kind === 'changed' && changed.version).to.equal(edited.changeKey);
    });

    it('of many items come in full pages', async () => {
      for (let index = 0; index < 230; index++)
        sandbox.store.addContact(mailbox, { 'contacts:GivenName': `G${index}` });
      const sizes: number[] = [];
      for await (const page of side.changes('contacts', null)) {
        sizes.push(page.changes.length);
        expect(page.last).to.equal(sizes.length === 3);
      }
      expect(sizes).to.deep.equal([100, 100, 30]);
      expect(sandbox.requests.byOperation['SyncFolderItems']).to.equal(3);
    });

    it('are asked for a page ahead, while the caller works', async () => {
      for (let index = 0; index < 120; index++) {
        sandbox.store.addContact(mailbox, { 'contacts:GivenName': `G${index}` });
      }
      await side.scope('contacts');
      const asked: string[] = [];
      refuse = (_envelope, { operation }) => {
        asked.push(operation);
        return null;
      };
      for await (const page of side.changes('contacts', null)) {
        expect(asked).to.have.length(2);
        if (page.last) break;
      }
    });

    it('stop asking when nobody wants more', async () => {
      for (let index = 0; index < 520; index++)
        sandbox.store.addContact(mailbox, { 'contacts:GivenName': `G${index}` });
      for await (const page of side.changes('contacts', null)) {
        expect(page.last).to.equal(false);
        break;
      }
      expect((await allChanges(null)).changes).to.have.length(520);
    });

    it('say that the cursor is lost', async () => {
      const { cursor } = await allChanges(null);
      sandbox.invalidateSyncStates(mailbox);
      expect(await errorOf(allChanges(cursor))).to.be.instanceOf(CursorLostError);
      expect(await errorOf(allChanges('nonsense'))).to.be.instanceOf(CursorLostError);
    });

    it('come in smaller pages where the server chokes on large ones', async () => {
      await create(drafts(40));
      refuse = (envelope) => (/MaxChangesReturned>(100|25)</.test(envelope) ? 'TruncatedResponse' : null);
      const { changes, pages } = await allChanges(null);
      expect(changes).to.have.length(40);
      expect(pages).to.equal(7);
    });

    it('end with the signal', async () => {
      const stop = new AbortController();
      stop.abort();
      const reading = (async () => {
        for await (const page of side.changes('contacts', null, { signal: stop.signal })) return page;
        return null;
      })();
      expect(await errorOf(reading)).to.be.instanceOf(StoppedError);
    });
  });

  describe('reading', () => {
    it('gives back every field that was created', async () => {
      const { id, version } = await createOne(fullContact);
      const [result] = await side.read('contacts', [id]);
      expect(valuesOf(result)).to.deep.equal({ ...fullContact, photo: null });
      expect(result?.kind === 'item' && result.item).to.include({ version, stamp: 'inst:contacts:one' });
    });

    it('answers in the order asked, over several batches', async () => {
      const ids = (await create(drafts(120))).map((result) => doneOf(result).id).reverse();
      const gone = ids[60] ?? '';
      sandbox.store.removeItem(gone);
      const results = await side.read('contacts', ids);
      const seen = results.map((result) => (result.kind === 'item' ? result.item.id : result.kind));
      expect(seen).to.deep.equal(ids.map((id) => (id === gone ? 'gone' : id)));
    });

    it('does not take a malformed id for a deleted item', async () => {
      const [result] = await side.read('contacts', ['nonsense']);
      expect(result).to.have.nested.property('failure.code', 'ErrorInvalidIdMalformed');
    });

    it('lets one item fail alone, the rest of the stopped batch to be tried again', async () => {
      const ids = (await create(drafts(3))).map((result) => doneOf(result).id);
      sandbox.failItem({ itemId: ids[1] ?? '', code: 'ErrorMailboxStoreUnavailable' });
      const results = await side.read('contacts', ids);
      expect(results.map(({ kind }) => kind)).to.deep.equal(['item', 'failed', 'failed']);
      expect(results[1]).to.have.nested.property('failure.code', 'ErrorMailboxStoreUnavailable');
      expect(results[2]).to.deep.nested.include({
        'failure.code': 'ErrorBatchProcessingStopped',
        'failure.retryable': true,
      });
    });

    it('finds the one item that makes the server refuse the batch', async () => {
      const ids = (await create(drafts(50))).map((result) => doneOf(result).id);
      const poison = ids[17] ?? '';
      refuse = (envelope) => (envelope.includes(poison) ? 'NotSoap' : null);
      const results = await side.read('contacts', ids);
      expect(results.filter(({ kind }) => kind === 'item')).to.have.length(49);
      expect(results[17]).to.have.nested.property('failure.code', 'NotSoap');
    });

    it('blames no item when the server is down', async () => {
      const ids = (await create(drafts(4))).map((result) => doneOf(result).id);
      sandbox.requests.reset();
      refuse = () => 'NotSoap';
      expect(await errorOf(side.read('contacts', ids)))
        .to.be.instanceOf(RemoteError)
        .and.include({ code: 'NotSoap' });
      refuse = (_envelope, { operation }) => (operation === 'GetItem' ? 'NotSoap' : null);
      expect(await errorOf(side.read('contacts', ids)))
        .to.be.instanceOf(RemoteError)
        .and.include({ code: 'NotSoap' });
    });

    it('asks a busy server again', async () => {
      const { id } = await createOne({ givenName: 'A' });
      sandbox.inject({ kind: 'serverBusyFault', operation: 'GetItem', backOffMs: 20 });
      sandbox.inject({ kind: 'serverBusyMessage', operation: 'GetItem', backOffMs: 20 });
      expect(valuesOf((await side.read('contacts', [id]))[0])).to.include({ givenName: 'A' });
    });
  });

  describe('creating', () => {
    it('gives ids and versions in order and fails a value that cannot be stored', async () => {
      const results = await create([
        { stamp: 's:1', values: { givenName: 'A' } },
        { stamp: 's:2', values: { givenName: 'B', birthday: 'soon' } },
        { stamp: 's:3', values: { givenName: 'C' } },
      ]);
      expect(results.map(({ kind }) => kind)).to.deep.equal(['done', 'failed', 'done']);
      expect(results[1]).to.deep.nested.include({
        'failure.code': 'InvalidValue',
        'failure.retryable': false,
      });
      expect(valuesOf((await side.read('contacts', [doneOf(results[2]).id]))[0])).to.include({
        givenName: 'C',
      });
    });

    it('writes display name and file as', async () => {
      await createOne({ givenName: 'Ann', surname: 'Lee' });
      const [contact] = sandbox.store.contacts(mailbox);
      expect(contact?.values).to.include({
        'contacts:DisplayName': 'Ann Lee',
        'contacts:FileAs': 'Lee, Ann',
      });
    });

    for (const kind of ['reset', 'cutBody', 'empty500', 'html'] as const) {
      it(`doubles nothing when the answer is lost (${kind})`, async () => {
        sandbox.inject({ kind, operation: 'CreateItem', afterCommit: true });
        const results = await create(drafts(20));
        const ids = results.map((result) => doneOf(result).id);
        expect(new Set(ids).size).to.equal(20);
        expect(sandbox.store.countItems(mailbox, 'contacts')).to.equal(20);
        const found = await side.find('contacts', ['inst:contacts:7']);
        expect(found.get('inst:contacts:7')?.id).to.equal(ids[7]);
      });
    }

    it('doubles nothing when answers are lost again and again', async () => {
      sandbox.inject({ kind: 'reset', operation: 'CreateItem' });
      sandbox.inject({ kind: 'cutBody', operation: 'CreateItem', afterCommit: true });
      const results = await create(drafts(10));
      expect(new Set(results.map((result) => doneOf(result).id)).size).to.equal(10);
      expect(sandbox.store.countItems(mailbox, 'contacts')).to.equal(10);
    });

    it('finds the one draft that makes the server refuse the batch', async () => {
      refuse = (envelope) => (envelope.includes('POISON') ? 'ErrorSchemaValidation' : null);
      const results = await create(
        drafts(30, (index) => ({ givenName: index === 11 ? 'POISON' : `G${index}` })),
      );
      expect(results.filter(({ kind }) => kind === 'done')).to.have.length(29);
      expect(results[11]).to.have.nested.property('failure.code', 'ErrorSchemaValidation');
      expect(sandbox.store.countItems(mailbox, 'contacts')).to.equal(29);
    });

    it('takes over a lone draft that exists although each answer was lost', async () => {
      sandbox.inject({ kind: 'reset', operation: 'CreateItem' });
      sandbox.inject({ kind: 'reset', operation: 'CreateItem', afterCommit: true });
      const [result] = await create(drafts(1));
      expect(doneOf(result).id).to.equal(sandbox.store.contacts(mailbox)[0]?.id);
    });

    it('leaves a timeout to be recovered later, for the server may still be at work', async () => {
      refuse = (_envelope, { operation }) => (operation === 'CreateItem' ? 'Timeout' : null);
      expect(await errorOf(create(drafts(2))))
        .to.be.instanceOf(RemoteError)
        .and.include({ code: 'Timeout' });
      expect(sandbox.requests.byOperation['FindItem'] ?? 0).to.equal(0);
    });

    it('keeps line ends, emoji and markup, and drops what XML forbids', async () => {
      const { id } = await createOne({ notes: 'a]]>\n<b>\u0000\u0007😀', givenName: 'x\ud83d' });
      expect(valuesOf((await side.read('contacts', [id]))[0])).to.include({
        notes: 'a]]>\n<b>😀',
        givenName: 'x\ufffd',
      });
    });
  });

  describe('updating', () => {
    it('writes only what the patch names', async () => {
      const target = await createOne({
        givenName: 'A',
        surname: 'B',
        email1: 'a@b.test',
        businessStreet: 'S',
        businessCity: 'C',
      });
      const [result] = await side.update('contacts', [
        {
          ...target,
          values: { surname: 'New', email1: null, businessStreet: '1\n2', mobilePhone: '+1' },
          resulting: { givenName: 'A', surname: 'New' },
        },
      ]);
      const { id, version } = doneOf(result);
      expect(version).not.to.equal(target.version);
      const [read] = await side.read('contacts', [id]);
      expect(read?.kind === 'item' && read.item.version).to.equal(version);
      expect(valuesOf(read)).to.include({
        ...{ givenName: 'A', surname: 'New', email1: null, businessStreet: '1\n2', businessCity: 'C' },
        mobilePhone: '+1',
      });
      expect(sandbox.store.contacts(mailbox)[0]?.values).to.include({ 'contacts:FileAs': 'New, A' });
    });

    it('meets a conflict, a deleted item and a good one, each by itself', async () => {
      const [a, b, c] = (await create(drafts(3))).map(doneOf);
      if (!a || !b || !c) throw new Error('not created');
      sandbox.store.editItem(a.id, { 'contacts:Surname': 'Theirs' });
      sandbox.store.removeItem(b.id);
      const patch = { values: { jobTitle: 'CEO' }, resulting: {} };
      const results = await side.update(
        'contacts',
        [a, b, c].map((target) => ({ ...target, ...patch })),
      );
      expect(results.map(({ kind }) => kind)).to.deep.equal(['conflict', 'gone', 'done']);
      expect(valuesOf((await side.read('contacts', [a.id]))[0])).to.include({
        surname: 'Theirs',
        jobTitle: null,
      });
    });

    it('shows a lost answer as a conflict', async () => {
      const target = await createOne({ givenName: 'A' });
      sandbox.inject({ kind: 'reset', operation: 'UpdateItem', afterCommit: true });
      const results = await side.update('contacts', [
        { ...target, values: { jobTitle: 'CEO' }, resulting: {} },
      ]);
      expect(results).to.deep.equal([{ kind: 'conflict' }]);
    });

    it('finds the one patch that makes the server refuse the batch', async () => {
      const targets = (await create(drafts(8))).map(doneOf);
      refuse = (envelope) => (envelope.includes('POISON') ? 'EmptyResponse' : null);
      const results = await side.update(
        'contacts',
        targets.map((target, index) => ({
          ...target,
          values: { jobTitle: index === 5 ? 'POISON' : 'CEO' },
          resulting: {},
        })),
      );
      expect(results.map(({ kind }) => kind)).to.deep.equal([
        ...['done', 'done', 'done', 'done', 'done', 'failed', 'done', 'done'],
      ]);
    });
  });

  describe('photos', () => {
    const put = (target: Target, value: typeof photo | null): Promise<WriteResult[]> =>
      side.update('contacts', [{ ...target, values: { photo: value }, resulting: {} }]);
    const photoIn = async (id: string): Promise<unknown> =>
      valuesOf((await side.read('contacts', [id]))[0])['photo'];

    it('come, change and go, each with a new version', async () => {
      let target = await createOne({ givenName: 'A' });
      for (const value of [photo, otherPhoto, null]) {
        const before = target.version;
        target = doneOf((await put(target, value))[0]);
        expect(target.version).not.to.equal(before);
        const [read] = await side.read('contacts', [target.id]);
        expect(read?.kind === 'item' && read.item.version).to.equal(target.version);
        expect(valuesOf(read)['photo']).to.deep.equal(value);
      }
      expect(sandbox.store.contacts(mailbox)[0]?.attachments).to.deep.equal([]);
    });

    it('go along with the other fields of a patch', async () => {
      const target = await createOne({ givenName: 'A' });
      const values = { jobTitle: 'CEO', photo };
      const [result] = await side.update('contacts', [{ ...target, values, resulting: {} }]);
      expect(valuesOf((await side.read('contacts', [doneOf(result).id]))[0])).to.deep.include(values);
    });

    it('of a batch are read in one request', async () => {
      for (const target of (await create(drafts(5))).map(doneOf)) await put(target, photo);
      const { changes } = await allChanges(null);
      sandbox.requests.reset();
      const results = await side.read(
        'contacts',
        changes.map(({ id }) => id),
      );
      expect(results.map((result) => valuesOf(result)['photo'])).to.deep.equal(Array(5).fill(photo));
      expect(sandbox.requests.byOperation).to.deep.equal({ GetItem: 1, GetAttachment: 1 });
    });

    it('that cannot be had count as unread', async () => {
      const target = doneOf((await put(await createOne({ givenName: 'A' }), photo))[0]);
      refuse = (_envelope, { operation }) => (operation === 'GetAttachment' ? 'ResponseTooLarge' : null);
      expect(valuesOf((await side.read('contacts', [target.id]))[0])).not.to.have.property('photo');
    });

    it('meet a conflict without touching the picture', async () => {
      const target = doneOf((await put(await createOne({ givenName: 'A' }), photo))[0]);
      sandbox.touchChangeKey(target.id);
      expect(await put(target, null)).to.deep.equal([{ kind: 'conflict' }]);
      expect(await photoIn(target.id)).to.deep.equal(photo);
      sandbox.store.removeItem(target.id);
      expect(await put(target, photo)).to.deep.equal([{ kind: 'gone' }]);
    });

    it('are there after a lost answer to the delete of the old one, as a conflict to be read', async () => {
      const target = doneOf((await put(await createOne({ givenName: 'A' }), photo))[0]);
      sandbox.inject({ kind: 'reset', operation: 'DeleteAttachment', afterCommit: true });
      expect(await put(target, otherPhoto)).to.deep.equal([{ kind: 'conflict' }]);
      expect(await photoIn(target.id)).to.deep.equal(otherPhoto);
    });

    it('are there once after a lost answer to the new one', async () => {
      const target = doneOf((await put(await createOne({ givenName: 'A' }), photo))[0]);
      sandbox.inject({ kind: 'reset', operation: 'CreateAttachment', afterCommit: true });
      expect(await put(target, otherPhoto)).to.deep.equal([{ kind: 'conflict' }]);
      expect(sandbox.store.contacts(mailbox)[0]?.attachments).to.have.length(1);
      expect(await photoIn(target.id)).to.deep.equal(otherPhoto);
    });

    it('of before stay when the server does not take the new one', async () => {
      const target = doneOf((await put(await createOne({ givenName: 'A' }), photo))[0]);
      refuse = (envelope) => (envelope.includes(otherPhoto.content) ? 'RequestTooLarge' : null);
      const [refused] = await put(target, otherPhoto);
      expect(refused).to.have.nested.property('failure.code', 'RequestTooLarge');
      expect(await photoIn(target.id)).to.deep.equal(photo);
    });
  });

  describe('removing', () => {
    it('moves to Deleted Items what is unchanged and leaves the rest', async () => {
      const [a, b, c] = (await create(drafts(3))).map(doneOf);
      if (!a || !b || !c) throw new Error('not created');
      sandbox.store.editItem(a.id, { 'contacts:Surname': 'Theirs' });
      sandbox.store.removeItem(b.id);
      const results = await side.remove('contacts', [a, b, c]);
      expect(results.map(({ kind }) => kind)).to.deep.equal(['conflict', 'gone', 'done']);
      expect(sandbox.store.contacts(mailbox).map(({ id }) => id)).to.deep.equal([a.id]);
      expect(sandbox.store.countItems(mailbox, 'deleteditems')).to.equal(1);
    });

    it('shows a lost answer as gone', async () => {
      const target = await createOne({ givenName: 'A' });
      sandbox.inject({ kind: 'cutBody', operation: 'DeleteItem', afterCommit: true });
      expect(await side.remove('contacts', [target])).to.deep.equal([{ kind: 'gone' }]);
    });
  });

  describe('finding', () => {
    it('finds any number of stamps, exactly', async () => {
      await create(drafts(170));
      const stamps = [...drafts(170).map(({ stamp }) => stamp), 'inst:contacts:999', 'INST:CONTACTS:1'];
      const found = await side.find('contacts', stamps);
      expect(found.size).to.equal(170);
      expect(sandbox.requests.byOperation['FindItem']).to.equal(3);
    });

    it('takes the oldest item with a stamp for it, not a later copy', async () => {
      const target = await createOne({ givenName: 'A' });
      const copied = Object.fromEntries(sandbox.store.locate(target.id).item.values);
      sandbox.store.addContact(mailbox, copied, { at: Date.now() + 60_000 });
      expect(sandbox.store.countItems(mailbox, 'contacts')).to.equal(2);
      const found = await side.find('contacts', ['inst:contacts:one']);
      expect(found.get('inst:contacts:one')?.id).to.equal(target.id);
    });

    it('tells moved items from deleted ones in a few requests', async () => {
      const made = (await create(drafts(50))).map(doneOf);
      const { changes } = await allChanges(null);
      const box = sandbox.store.mailbox(mailbox);
      const root = sandbox.store.folder(mailbox, 'msgfolderroot');
      const other = box.createFolder(root, 'Family', 'IPF.Contact');
      const trash = box.createFolder(sandbox.store.folder(mailbox, 'deleteditems'), 'Old', 'IPF.Contact');
      const whereabouts = made.map(({ id }, index) => {
        const change = changes.find((one) => one.id === id);
        if (change?.kind !== 'changed') throw new Error('no change');
        const { item } = sandbox.store.locate(id);
        if (index % 3 === 0) box.moveItem(item, other, { at: Date.now(), by: 'Alice' });
        else if (index % 3 === 1) box.moveItem(item, trash, { at: Date.now(), by: 'Alice' });
        else box.removeItem(item);
        // Half of them are known by their stamp only.
        return { id, stamp: change.stamp, identity: index % 2 === 0 ? change.identity : null };
      });
      sandbox.requests.reset();
      const found = await side.locate('contacts', whereabouts);
      expect(found).to.deep.equal(made.map((_target, index) => (index % 3 === 0 ? 'moved' : 'gone')));
      expect(sandbox.requests.total).to.be.at.most(4);
    });

    it('does not take a failed search for "nowhere"', async () => {
      refuse = (_envelope, { operation }) => (operation === 'FindItem' ? 'ErrorAccessDenied' : null);
      sandbox.store
        .mailbox(mailbox)
        .createFolder(sandbox.store.folder(mailbox, 'msgfolderroot'), 'F', 'IPF.Contact');
      const lost = { id: 'x', stamp: 's', identity: null };
      expect(await errorOf(side.locate('contacts', [lost]))).to.be.instanceOf(RemoteError);
    });
  });
});
