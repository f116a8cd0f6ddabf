import { spawn, spawnSync } from 'node:child_process';
import { createServer, request } from 'node:http';
import type { ClientRequest, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  ask,
  codes,
  createContact,
  envelope,
  impersonating,
  onlyId,
  post,
  setField,
  updateContact,
} from './ews-client.ts';
import { startReleased } from './released-server.ts';
import { asSchemaHasIt, needSchemas, schemaErrors, soapBody } from './schema-check.ts';

const ALL = ['CopiedEvent', 'CreatedEvent', 'DeletedEvent', 'ModifiedEvent', 'MovedEvent', 'NewMailEvent'];
const types = (names: readonly string[]): string =>
  `<t:EventTypes>${names.map((one) => `<t:EventType>${one}</t:EventType>`).join('')}</t:EventTypes>`;
const folders = (...ids: readonly string[]): string =>
  `<t:FolderIds>${ids.map((id) => `<t:DistinguishedFolderId Id="${id}"/>`).join('')}</t:FolderIds>`;
const pull = (
  where: string,
  names: readonly string[] = ALL,
  rest = '<t:Timeout>10</t:Timeout>',
  all = '',
): string =>
  `<m:Subscribe><m:PullSubscriptionRequest${all}>${where}${types(names)}${rest}</m:PullSubscriptionRequest></m:Subscribe>`;
const streaming = (where: string, names: readonly string[] = ALL): string =>
  `<m:Subscribe><m:StreamingSubscriptionRequest>${where}${types(names)}</m:StreamingSubscriptionRequest></m:Subscribe>`;
const push = (url: string): string =>
  `<m:Subscribe><m:PushSubscriptionRequest>${folders('contacts')}${types(ALL)}<t:StatusFrequency>1</t:StatusFrequency>` +
  `<t:URL>${url}</t:URL></m:PushSubscriptionRequest></m:Subscribe>`;
const getEvents = (id: string, watermark: string): string =>
  `<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${watermark}</m:Watermark></m:GetEvents>`;
const unsubscribe = (id: string): string =>
  `<m:Unsubscribe><m:SubscriptionId>${id}</m:SubscriptionId></m:Unsubscribe>`;
const stream = (ids: readonly string[], minutes = 1): string =>
  `<m:GetStreamingEvents><m:SubscriptionIds>${ids.map((id) => `<t:SubscriptionId>${id}</t:SubscriptionId>`).join('')}` +
  `</m:SubscriptionIds><m:ConnectionTimeout>${minutes}</m:ConnectionTimeout></m:GetStreamingEvents>`;

const idOf = (xml: string): string => /<m:SubscriptionId>([^<]*)</.exec(xml)?.[1] ?? '';
const watermarkOf = (xml: string): string => [...xml.matchAll(/<[mt]:Watermark>([^<]*)</g)].at(-1)?.[1] ?? '';
/** The events of an answer as `Created id`. */
const eventsOf = (xml: string): string[] =>
  [
    ...xml.matchAll(
      /<t:(\w+)Event><t:(?:Watermark>[^<]*<\/t:Watermark><t:)?TimeStamp>[^<]*<\/t:TimeStamp><t:(?:Item|Folder)Id Id="([^"]*)"/g,
    ),
  ].map((one) => `${one[1]} ${one[2]}`);

/** A hanging connection: envelopes as they come. */
class Stream {
  readonly envelopes: string[] = [];
  readonly ended: Promise<void>;
  #text = '';
  #waiting: (() => void)[] = [];
  readonly #request: ClientRequest;

  constructor(url: string, body: string, user = 'alice') {
    const headers = { Authorization: `Basic ${Buffer.from(`${user}:${user}`).toString('base64')}` };
    this.#request = request(url, { method: 'POST', headers, agent: false });
    this.ended = new Promise((resolve) => {
      this.#request.on('response', (response) => {
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => this.#take(chunk));
        response.on('error', () => resolve());
        response.on('close', () => resolve());
      });
      this.#request.on('error', () => resolve());
    });
    this.#request.end(envelope(body));
  }

  /** The Nth envelope, counting from 0, once it is there. */
  async envelope(index: number): Promise<string> {
    while (this.envelopes.length <= index) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.envelopes[index] ?? '';
  }

  close(): void {
    this.#request.destroy();
  }

  #take(chunk: string): void {
    this.#text += chunk;
    for (let end = this.#text.indexOf('</s:Envelope>'); end >= 0; end = this.#text.indexOf('</s:Envelope>')) {
      this.envelopes.push(this.#text.slice(0, end + 13));
      this.#text = this.#text.slice(end + 13);
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

describe('sandbox notification', () => {
  let server: Sandbox;
  let clock: number;
  const open: Stream[] = [];
  const listeners: Server[] = [];
  beforeEach(async () => {
    clock = Date.UTC(2026, 0, 5, 8);
    server = await startReleased('Exchange2013_SP1', {
      now: () => new Date(clock),
      policy: { heartbeatMs: 60_000 },
    });
  });
  afterEach(async () => {
    for (const one of open.splice(0)) one.close();
    for (const one of listeners.splice(0)) one.close();
    await server.close();
  });
  const add = async (name = 'A'): Promise<{ id: string; changeKey: string }> =>
    onlyId(await ask(server.url, createContact(`<t:GivenName>${name}</t:GivenName>`)));
  const listen = (ids: readonly string[], minutes = 1, user = 'alice'): Stream => {
    const made = new Stream(server.url, stream(ids, minutes), user);
    open.push(made);
    return made;
  };

  describe('by pull', () => {
    it('reports what happened in a folder, in order, with watermarks to go on from', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts')));
      const id = idOf(subscribed);
      const made = await add();
      await ask(server.url, updateContact(made, setField('contacts:JobTitle', '<t:JobTitle>x</t:JobTitle>')));
      const first = await ask(server.url, getEvents(id, watermarkOf(subscribed)));
      expect(codes(first)).to.deep.equal(['NoError']);
      expect(eventsOf(first)).to.deep.equal([`Created ${made.id}`, `Modified ${made.id}`]);
      expect(first)
        .to.include(`<t:PreviousWatermark>${watermarkOf(subscribed)}<`)
        .and.include('<t:MoreEvents>false<');
      expect(first).to.include('<t:TimeStamp>2026-01-05T08:00:00Z</t:TimeStamp>');
      server.store.removeItem(made.id);
      const second = await ask(server.url, getEvents(id, watermarkOf(first)));
      expect(eventsOf(second)).to.deep.equal([`Deleted ${made.id}`]);
      const third = await ask(server.url, getEvents(id, watermarkOf(second)));
      expect(third).to.match(/<t:StatusEvent><t:Watermark>[^<]+<\/t:Watermark><\/t:StatusEvent>/);
      const again = await ask(server.url, getEvents(id, watermarkOf(first)));
      expect(eventsOf(again)).to.deep.equal([`Deleted ${made.id}`]);
    });

    it('says there is more after 50 events', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts')));
      for (let index = 0; index < 60; index++)
        server.store.addContact('alice@example.test', { 'contacts:Surname': String(index) });
      const first = await ask(server.url, getEvents(idOf(subscribed), watermarkOf(subscribed)));
      expect(eventsOf(first).length).to.equal(50);
      expect(first).to.include('<t:MoreEvents>true<');
      const rest = await ask(server.url, getEvents(idOf(subscribed), watermarkOf(first)));
      expect(eventsOf(rest).length).to.equal(10);
    });

    it('reports only the folders and the kinds of events asked for', async () => {
      const inbox = await ask(server.url, pull(folders('inbox')));
      const deleted = await ask(server.url, pull(folders('contacts'), ['DeletedEvent']));
      const everywhere = await ask(
        server.url,
        pull('', ALL, '<t:Timeout>10</t:Timeout>', ' SubscribeToAllFolders="true"'),
      );
      const made = await add();
      const events = async (xml: string): Promise<string[]> =>
        eventsOf(await ask(server.url, getEvents(idOf(xml), watermarkOf(xml))));
      expect(await events(inbox)).to.deep.equal([]);
      expect(await events(deleted)).to.deep.equal([]);
      expect(await events(everywhere)).to.deep.equal([`Created ${made.id}`]);
    });

    it('reports a move with both places, and a copy', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts', 'drafts')));
      const made = await add();
      const relocate = (operation: string): string =>
        `<m:${operation}><m:ToFolderId><t:DistinguishedFolderId Id="drafts"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${made.id}"/></m:ItemIds></m:${operation}>`;
      const copy = onlyId(await ask(server.url, relocate('CopyItem')));
      const moved = onlyId(await ask(server.url, relocate('MoveItem')));
      const xml = await ask(server.url, getEvents(idOf(subscribed), watermarkOf(subscribed)));
      expect(eventsOf(xml)).to.deep.equal([`Created ${made.id}`, `Copied ${copy.id}`, `Moved ${moved.id}`]);
      expect(xml).to.match(
        new RegExp(
          `<t:MovedEvent>.*<t:OldItemId Id="${made.id.replace(/[+]/g, '\\+')}" .*<t:OldParentFolderId `,
        ),
      );
    });

    it('reports folders that come, change and go', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts')));
      const xml = await ask(
        server.url,
        '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="contacts"/></m:ParentFolderId><m:Folders><t:ContactsFolder><t:DisplayName>VIP</t:DisplayName></t:ContactsFolder></m:Folders></m:CreateFolder>',
      );
      const id = /<t:FolderId Id="([^"]*)"/.exec(xml)?.[1] ?? '';
      await ask(
        server.url,
        `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:DeleteFolder>`,
      );
      const events = await ask(server.url, getEvents(idOf(subscribed), watermarkOf(subscribed)));
      expect(eventsOf(events)).to.deep.equal([`Created ${id}`, `Deleted ${id}`]);
    });

    it('begins at an earlier watermark when given one', async () => {
      const first = await ask(server.url, pull(folders('contacts')));
      const made = await add();
      const second = await ask(
        server.url,
        pull(
          folders('contacts'),
          ALL,
          `<t:Watermark>${watermarkOf(first)}</t:Watermark><t:Timeout>10</t:Timeout>`,
        ),
      );
      expect(watermarkOf(second)).to.equal(watermarkOf(first));
      expect(eventsOf(await ask(server.url, getEvents(idOf(second), watermarkOf(second))))).to.deep.equal([
        `Created ${made.id}`,
      ]);
    });

    it('duplicates events when ordered to', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts')));
      const made = await add();
      server.inject({ kind: 'duplicateNotifications', operation: 'GetEvents' });
      const request = getEvents(idOf(subscribed), watermarkOf(subscribed));
      expect(eventsOf(await ask(server.url, request))).to.deep.equal([
        `Created ${made.id}`,
        `Created ${made.id}`,
      ]);
      expect(eventsOf(await ask(server.url, request))).to.deep.equal([`Created ${made.id}`]);
    });

    it('works for an impersonated mailbox, for the account that subscribed only', async () => {
      const subscribed = await ask(
        server.url,
        pull(folders('contacts')),
        'svc',
        impersonating('alice@example.test'),
      );
      const made = await add();
      const request = getEvents(idOf(subscribed), watermarkOf(subscribed));
      expect(
        eventsOf(await ask(server.url, request, 'svc', impersonating('alice@example.test'))),
      ).to.deep.equal([`Created ${made.id}`]);
      expect(codes(await ask(server.url, request, 'alice'))).to.deep.equal(['ErrorSubscriptionAccessDenied']);
    });

    it('ends with Unsubscribe', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts')));
      expect(codes(await ask(server.url, unsubscribe(idOf(subscribed))))).to.deep.equal(['NoError']);
      const request = getEvents(idOf(subscribed), watermarkOf(subscribed));
      expect(codes(await ask(server.url, request))).to.deep.equal(['ErrorSubscriptionNotFound']);
      expect(codes(await ask(server.url, unsubscribe(idOf(subscribed))))).to.deep.equal([
        'ErrorSubscriptionNotFound',
      ]);
    });

    it('expires when nobody asks for the time agreed', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts')));
      const request = getEvents(idOf(subscribed), watermarkOf(subscribed));
      clock += 9 * 60_000;
      expect(codes(await ask(server.url, request))).to.deep.equal(['NoError']);
      clock += 9 * 60_000;
      expect(codes(await ask(server.url, request))).to.deep.equal(['NoError']);
      clock += 11 * 60_000;
      expect(codes(await ask(server.url, request))).to.deep.equal(['ErrorExpiredSubscription']);
    });

    it('refuses watermarks it did not hand out, and says when events were missed', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts')));
      const id = idOf(subscribed);
      for (const bad of [
        'AAAAAMAGAAAAAAAAAQ==',
        'nonsense',
        watermarkOf(await ask(server.url, pull(folders('contacts')), 'bob')),
      ]) {
        expect(codes(await ask(server.url, getEvents(id, bad))), bad).to.deep.equal([
          'ErrorInvalidWatermark',
        ]);
      }
      await add();
      server.forgetEvents('alice@example.test');
      expect(codes(await ask(server.url, getEvents(id, watermarkOf(subscribed))))).to.deep.equal([
        'ErrorMissedNotificationEvents',
      ]);
    });

    it('refuses ids that are none, subscriptions of another kind, and too many', async () => {
      expect(codes(await ask(server.url, getEvents('hello', 'AA==')))).to.deep.equal([
        'ErrorInvalidSubscription',
      ]);
      const other = idOf(await ask(server.url, streaming(folders('contacts'))));
      expect(codes(await ask(server.url, getEvents(other, 'AA==')))).to.deep.equal([
        'ErrorInvalidPullSubscriptionId',
      ]);
      expect(codes(await ask(server.url, pull('')))).to.deep.equal(['ErrorInvalidSubscriptionRequest']);
      server.policy = { maxSubscriptions: 1 };
      expect(codes(await ask(server.url, pull(folders('contacts'))))).to.deep.equal([
        'ErrorExceededSubscriptionCount',
      ]);
      expect(codes(await ask(server.url, pull(folders('contacts')), 'bob'))).to.deep.equal(['NoError']);
    });

    it('is lost when the server drops its subscriptions', async () => {
      const subscribed = await ask(server.url, pull(folders('contacts')));
      server.dropSubscriptions();
      expect(
        codes(await ask(server.url, getEvents(idOf(subscribed), watermarkOf(subscribed)))),
      ).to.deep.equal(['ErrorSubscriptionNotFound']);
    });
  });

  describe('by streaming', () => {
    it('opens at once and sends events as they happen, each envelope whole', async function () {
      needSchemas(this);
      const id = idOf(await ask(server.url, streaming(folders('contacts'))));
      const connection = listen([id]);
      expect(await connection.envelope(0)).to.include('<m:ConnectionStatus>OK<');
      const made = await add();
      const first = await connection.envelope(1);
      expect(eventsOf(first)).to.deep.equal([`Created ${made.id}`]);
      expect(first).to.include(`<t:SubscriptionId>${id}</t:SubscriptionId>`).and.not.include('Watermark');
      expect(codes(first)).to.deep.equal(['NoError']);
      server.store.removeItem(made.id);
      expect(eventsOf(await connection.envelope(2))).to.deep.equal([`Deleted ${made.id}`]);
      const bodies = connection.envelopes.map((one) => ({
        name: 'stream',
        body: asSchemaHasIt(soapBody(one) ?? ''),
      }));
      expect(await schemaErrors('Exchange2013_SP1', bodies)).to.deep.equal([]);
    });

    it('carries several subscriptions on one connection, and what happened before it was opened', async () => {
      const contacts = idOf(await ask(server.url, streaming(folders('contacts'))));
      const drafts = idOf(await ask(server.url, streaming(folders('drafts'))));
      const made = await add();
      const copy = onlyId(
        await ask(
          server.url,
          `<m:CopyItem><m:ToFolderId><t:DistinguishedFolderId Id="drafts"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${made.id}"/></m:ItemIds></m:CopyItem>`,
        ),
      );
      const xml = await listen([contacts, drafts]).envelope(1);
      expect(xml.match(/<m:Notification>/g)?.length).to.equal(2);
      expect(eventsOf(xml)).to.deep.equal([`Created ${made.id}`, `Copied ${copy.id}`, `Copied ${copy.id}`]);
    });

    it('shows signs of life and closes when its time is over', async () => {
      server.policy = { heartbeatMs: 15, minuteMs: 80 };
      const id = idOf(await ask(server.url, streaming(folders('contacts'))));
      const connection = listen([id], 1);
      await connection.ended;
      expect(connection.envelopes.length).to.be.greaterThan(3);
      const statuses = connection.envelopes.map((one) => /<m:ConnectionStatus>(\w+)</.exec(one)?.[1]);
      expect(statuses.slice(0, -1).every((one) => one === 'OK')).to.equal(true);
      expect(statuses.at(-1)).to.equal('Closed');
    });

    it('names the bad ids, and closes', async () => {
      const id = idOf(await ask(server.url, streaming(folders('contacts'))));
      const gone = idOf(await ask(server.url, streaming(folders('contacts'))));
      await ask(server.url, unsubscribe(gone));
      const pulled = idOf(await ask(server.url, pull(folders('contacts'))));
      const xml = await ask(server.url, stream([id, gone, pulled]));
      expect(codes(xml)).to.deep.equal(['ErrorInvalidSubscription']);
      expect([...xml.matchAll(/<m:SubscriptionId>([^<]*)</g)].map((one) => one[1])).to.deep.equal([
        gone,
        pulled,
      ]);
      expect(xml).to.include('<m:ConnectionStatus>Closed<');
    });

    it('ends when one of its subscriptions does', async () => {
      const id = idOf(await ask(server.url, streaming(folders('contacts'))));
      const connection = listen([id]);
      await connection.envelope(0);
      await ask(server.url, unsubscribe(id));
      await connection.ended;
      expect(connection.envelopes.at(-1)).to.include('ErrorInvalidSubscription').and.include('>Closed<');
    });

    it('takes 1 to 30 minutes and up to 200 ids', async () => {
      for (const minutes of [0, 31])
        expect(await ask(server.url, stream(['a'], minutes))).to.include('a:ErrorSchemaValidation');
      const many = await ask(server.url, stream(Array.from({ length: 201 }, (_, index) => `id${index}`)));
      expect(codes(many)).to.deep.equal(['ErrorExceededSubscriptionCount']);
    });

    it('allows an account as many hanging connections as the release does', async () => {
      const id = idOf(await ask(server.url, streaming(folders('contacts'))));
      for (let index = 0; index < 3; index++) await listen([id]).envelope(0);
      const refused = await post(server.url, envelope(stream([id])));
      expect(refused.status).to.equal(500);
      expect(refused.body).to.include('a:ErrorExceededConnectionCount');
      const bobs = idOf(await ask(server.url, streaming(folders('contacts')), 'bob'));
      await listen([bobs], 1, 'bob').envelope(0);
    });

    it('duplicates events when ordered to', async () => {
      const id = idOf(await ask(server.url, streaming(folders('contacts'))));
      server.inject({ kind: 'duplicateNotifications', operation: 'GetStreamingEvents' });
      const connection = listen([id]);
      await connection.envelope(0);
      const made = await add();
      expect(eventsOf(await connection.envelope(1))).to.deep.equal([
        `Created ${made.id}`,
        `Created ${made.id}`,
      ]);
    });

    it('ends in the middle of its first envelope when ordered to', async () => {
      const id = idOf(await ask(server.url, streaming(folders('contacts'))));
      server.inject({ kind: 'cutBody', operation: 'GetStreamingEvents' });
      const connection = listen([id]);
      await connection.ended;
      expect(connection.envelopes).to.deep.equal([]);
    });
  });

  describe('with exchangelib', function () {
    this.timeout(30_000);

    it('streams to it and answers its pulls', async function () {
      const python = '/usr/bin/python3';
      if (spawnSync(python, ['-c', 'import exchangelib']).status !== 0) {
        if (process.env['CI'] === 'true') throw new Error('python3-exchangelib is missing');
        console.warn('SKIPPED: python3-exchangelib is missing');
        this.skip();
      }
      server.policy = { minuteMs: 10_000 };
      const script = [
        'import sys',
        'from exchangelib import *',
        "c = Configuration(service_endpoint=sys.argv[1], credentials=Credentials('alice@example.test', 'alice'), auth_type=BASIC)",
        "a = Account('alice@example.test', config=c, autodiscover=False, access_type=DELEGATE)",
        's = a.contacts.subscribe_to_streaming()',
        'p, w = a.contacts.subscribe_to_pull()',
        "print('ready', flush=True)",
        'for n in a.contacts.get_streaming_events(s, connection_timeout=1, max_notifications_returned=1):',
        "    print('stream', [type(e).__name__ for e in n.events], flush=True)",
        'for n in a.contacts.get_events(p, w):',
        "    print('pull', [type(e).__name__ for e in n.events], flush=True)",
        'a.contacts.unsubscribe(p)',
      ].join('\n');
      const child = spawn(python, ['-c', script, server.url], { stdio: ['ignore', 'pipe', 'inherit'] });
      const lines: string[] = [];
      for await (const line of createInterface({ input: child.stdout })) {
        if (line === 'ready') server.store.addContact('alice@example.test', { 'contacts:Surname': 'Seen' });
        else lines.push(line);
      }
      expect(lines).to.deep.equal(["stream ['CreatedEvent']", "pull ['CreatedEvent']"]);
    });
  });

  it('tells of new mail beside the created item', async () => {
    const subscribed = await ask(server.url, pull(folders('inbox')), 'bob');
    await ask(
      server.url,
      '<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:Subject>Hi</t:Subject><t:ToRecipients><t:Mailbox>' +
        '<t:EmailAddress>bob@example.test</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message></m:Items></m:CreateItem>',
    );
    const xml = await ask(server.url, getEvents(idOf(subscribed), watermarkOf(subscribed)), 'bob');
    expect(eventsOf(xml).map((one) => one.split(' ')[0])).to.deep.equal(['Created', 'NewMail']);
  });

  describe('by push', () => {
    /** What was posted to the listener, and its address; it answers each with the status given. */
    async function callback(status: () => string): Promise<{ url: string; next: () => Promise<string> }> {
      const seen: string[] = [];
      const waiting: ((text: string) => void)[] = [];
      const listener = createServer((incoming, response) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (text += chunk));
        incoming.on('end', () => {
          const wake = waiting.shift();
          if (wake === undefined) seen.push(text);
          else wake(text);
          response.writeHead(200, { 'Content-Type': 'text/xml; charset=utf-8' });
          response.end(
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendNotificationResult ' +
              'xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">' +
              `<SubscriptionStatus>${status()}</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>`,
          );
        });
      });
      listeners.push(listener);
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', () => resolve()));
      const next = (): Promise<string> => {
        const ready = seen.shift();
        return ready === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(ready);
      };
      return { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/push`, next };
    }

    it('calls its listener at the start and with each event, until told to stop', async function () {
      needSchemas(this);
      let status = 'OK';
      const { url, next } = await callback(() => status);
      const subscribed = await ask(server.url, push(url));
      expect(codes(subscribed)).to.deep.equal(['NoError']);
      const hello = await next();
      expect(hello)
        .to.include('<t:StatusEvent>')
        .and.include(`<t:SubscriptionId>${idOf(subscribed)}<`);
      status = 'Unsubscribe';
      const made = await add();
      const told = await next();
      expect(eventsOf(told)).to.deep.equal([`Created ${made.id}`]);
      expect(
        await schemaErrors(
          'Exchange2013_SP1',
          [hello, told].map((one) => ({ name: 'push', body: soapBody(one) ?? '' })),
        ),
      ).to.deep.equal([]);
      // The answer to the call is still on its way.
      const gone = getEvents(idOf(subscribed), 'AA==');
      while (codes(await ask(server.url, gone))[0] !== 'ErrorSubscriptionNotFound') await add();
    });

    it('calls nobody but this machine', async () => {
      for (const url of [
        'http://clientWebService/Service.asmx',
        'https://example.test/',
        'ftp://127.0.0.1/',
        'http://127.0.0.1.example.test/',
      ]) {
        expect(codes(await ask(server.url, push(url))), url).to.deep.equal([
          'ErrorInvalidPushSubscriptionUrl',
        ]);
      }
    });
  });
});
