import { expect } from 'chai';
import { ExchangeStore } from '../../sandbox/exchange/exchange-store.ts';
import { fillMailbox } from '../../sandbox/exchange/generate.ts';
import type { FillAmount } from '../../sandbox/exchange/generate.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { exportState } from '../../sandbox/exchange/state/sandbox-state.ts';
import { ask, codes, getItems, itemIds } from './ews-client.ts';
import { fields, findIn } from './item-requests.ts';
import { send, startReleased } from './released-server.ts';
import { needSchemas, schemaErrors, soapBody } from './schema-check.ts';

const ALICE = 'alice@example.test';
const NOW = (): Date => new Date('2030-01-01T00:00:00Z');

function filled(amount: FillAmount): ExchangeStore {
  const store = new ExchangeStore([{ name: 'alice', address: ALICE, password: 'alice' }], NOW);
  fillMailbox(store, ALICE, amount);
  return store;
}

describe('sandbox mailbox generator', function () {
  this.timeout(60_000);
  const everything = { contacts: 60, tasks: 60, messages: 80, events: 80, seed: 11 };
  let server: Sandbox;
  before(async () => {
    server = await startReleased('Exchange2019', { now: NOW });
    fillMailbox(server.store, ALICE, everything);
  });
  after(() => server.close());

  it('makes as many items of each kind as asked for', () => {
    const store = filled({ contacts: 10, tasks: 11, messages: 12, events: 13, seed: 1 });
    expect(store.countItems(ALICE, 'contacts')).to.equal(10);
    expect(store.countItems(ALICE, 'tasks')).to.equal(11);
    expect(store.countItems(ALICE, 'inbox') + store.countItems(ALICE, 'sentitems')).to.equal(12);
    expect(store.countItems(ALICE, 'calendar')).to.equal(13);
    expect(store.countItems(ALICE)).to.equal(46);
  });

  it('makes the same mailbox of the same seed, and another of another', () => {
    const state = (seed: number): string => JSON.stringify(exportState(filled({ ...everything, seed })));
    expect(state(5)).to.equal(state(5));
    expect(state(5)).to.not.equal(state(6));
  });

  it('makes the same contacts whatever else there is', () => {
    const alone = filled({ contacts: 20, seed: 9 });
    const among = filled({ ...everything, contacts: 20, seed: 9 });
    expect(among.contacts(ALICE)).to.deep.equal(alone.contacts(ALICE));
    expect(alone.contacts(ALICE).at(-1)?.values).to.include({
      'contacts:GivenName': 'נועה',
      'contacts:Surname': 'מזרחי',
    });
  });

  it('serves every item with all its properties, valid in the newest schema', async function () {
    needSchemas(this);
    const bodies: { name: string; body: string }[] = [];
    for (const folder of ['contacts', 'tasks', 'inbox', 'sentitems', 'calendar']) {
      const ids = itemIds(await ask(server.url, findIn(folder))).map(({ id }) => id);
      expect(ids, folder).to.have.length(server.store.countItems(ALICE, folder));
      const { body } = await send(server, 'Exchange2019', getItems(ids));
      expect(new Set(codes(body)), folder).to.deep.equal(new Set(['NoError']));
      bodies.push({ name: folder, body: soapBody(body) ?? '' });
    }
    expect(await schemaErrors('Exchange2019', bodies)).to.deep.equal([]);
  });

  it('writes HTML mail in many scripts, in conversations of several messages', async () => {
    const found = itemIds(await ask(server.url, findIn('inbox'))).map(({ id }) => id);
    const xml = await ask(
      server.url,
      getItems(found, fields('item:ConversationId', 'item:Body', 'message:ConversationTopic')),
    );
    const threads = new Map<string, Set<string>>();
    for (const [, id = '', topic = ''] of xml.matchAll(
      /<t:ConversationId Id="([^"]*)".*?<t:ConversationTopic>([^<]*)</g,
    ))
      threads.set(id, (threads.get(id) ?? new Set()).add(topic));
    expect(threads.size).to.be.greaterThan(5).and.lessThan(found.length);
    for (const topics of threads.values()) expect(topics.size).to.equal(1);
    expect(xml.match(/BodyType="HTML"/g)?.length).to.equal(found.length);
    const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Han}/u, /\p{Script=Arabic}/u];
    for (const script of scripts) expect(xml).to.match(script);
  });

  it('makes long series whose exceptions the calendar shows', async () => {
    const view =
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>' +
      '<t:FieldURI FieldURI="calendar:CalendarItemType"/></t:AdditionalProperties></m:ItemShape>' +
      '<m:CalendarView StartDate="2028-01-01T00:00:00Z" EndDate="2029-12-31T00:00:00Z"/>' +
      '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>';
    const xml = await ask(server.url, view);
    const count = (type: string): number => xml.split(`<t:CalendarItemType>${type}<`).length - 1;
    expect(count('Single')).to.be.greaterThan(20);
    expect(count('Occurrence')).to.be.greaterThan(200);
    expect(count('Exception')).to.be.greaterThan(3);
    expect(codes(xml)).to.deep.equal(['NoError']);
  });

  for (const kind of ['contacts', 'tasks', 'messages', 'events'] as const) {
    it(`makes 10,000 ${kind} in a few seconds even on a busy machine`, () => {
      const begun = process.cpuUsage();
      expect(filled({ [kind]: 10_000, seed: 2 }).countItems(ALICE)).to.equal(10_000);
      const { user, system } = process.cpuUsage(begun);
      expect((user + system) / 1_000_000).to.be.lessThan(4);
    });
  }
});
