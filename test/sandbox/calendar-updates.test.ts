/** What a sync does to calendar items: everything changed through UpdateItem, and nobody told of it. */
import { expect } from 'chai';
import { fillMailbox } from '../../sandbox/exchange/generate.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  all,
  attendees,
  first,
  get,
  itemId,
  newEvent,
  occurrenceId,
  remove,
  setEvent,
  update,
  view,
  weekly,
} from './calendar-requests.ts';
import type { Ref } from './calendar-requests.ts';
import { ask, codes, onlyId, startRecorded, syncItems } from './ews-client.ts';
import { clear } from './item-requests.ts';

const PEOPLE = ['alice', 'bob', 'carol', 'svc'];
const HOUR = '<t:Start>2030-06-04T09:00:00Z</t:Start><t:End>2030-06-04T10:00:00Z</t:End>';
const GUESTS = attendees('RequiredAttendees', 'bob@example.test', 'carol@example.test');

function body(type: string, text: string): string {
  return setEvent(`<t:Body BodyType="${type}">${text}</t:Body>`, 'item:Body');
}

describe('sandbox calendar items under UpdateItem', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded({ now: () => new Date('2030-01-02T03:04:05Z') });
  });
  afterEach(() => server.close());

  const change = async (item: Ref, updates: string): Promise<void> => {
    expect(codes(await ask(server.url, update(itemId(item), updates)))).to.deep.equal(['NoError']);
  };
  const read = (item: Ref): Promise<string> => ask(server.url, get(itemId(item)));

  it('and SendToNone deliver nothing anywhere, whatever is done to a meeting', async () => {
    const single = await newEvent(server.url, HOUR + GUESTS);
    const series = await newEvent(server.url, HOUR + GUESTS + weekly('Tuesday', '2030-06-04', 6));
    await change(single, setEvent(attendees('OptionalAttendees', 'svc@example.test')));
    await change(
      single,
      setEvent('<t:Start>2030-06-05T09:00:00Z</t:Start>') + setEvent('<t:End>2030-06-05T10:00:00Z</t:End>'),
    );
    await change(single, setEvent(attendees('RequiredAttendees', 'bob@example.test')));
    await ask(server.url, update(occurrenceId(series, 2), setEvent('<t:Location>Room 2</t:Location>')));
    await ask(server.url, remove(occurrenceId(series, 3)));
    await change(series, setEvent(weekly('Wednesday', '2030-06-05', 3)));
    await ask(server.url, remove(itemId(series), 'SendToNone', 'MoveToDeletedItems'));
    await ask(server.url, remove(itemId(single)));
    for (const name of PEOPLE) {
      const address = `${name}@example.test`;
      const counts = ['inbox', 'sentitems', 'outbox', 'drafts', 'calendar'].map((folder) =>
        server.store.countItems(address, folder),
      );
      expect(counts, name).to.deep.equal([0, 0, 0, 0, 0]);
      expect(server.store.countItems(address, 'deleteditems'), name).to.equal(name === 'alice' ? 1 : 0);
    }
  });

  it('get another zone, in which times without one are then read, and keep their moments', async () => {
    const item = await newEvent(
      server.url,
      '<t:Start>2030-07-01T09:00:00</t:Start><t:End>2030-07-01T10:00:00</t:End><t:StartTimeZone Id="Tokyo Standard Time"/>',
    );
    await change(
      item,
      setEvent('<t:StartTimeZone Id="Eastern Standard Time"/>') +
        setEvent('<t:EndTimeZone Id="W. Europe Standard Time"/>'),
    );
    const moved = await read(item);
    expect([
      first(moved, 'Start'),
      first(moved, 'StartTimeZoneId'),
      first(moved, 'EndTimeZoneId'),
    ]).to.deep.equal(['2030-07-01T00:00:00Z', 'Eastern Standard Time', 'W. Europe Standard Time']);
    await change(
      item,
      setEvent('<t:Start>2030-07-01T09:00:00</t:Start>') +
        setEvent('<t:End>2030-07-01T10:00:00</t:End>') +
        setEvent('<t:StartTimeZone Id="Eastern Standard Time"/>') +
        setEvent('<t:EndTimeZone Id="Eastern Standard Time"/>'),
    );
    const answer = await read(item);
    expect([first(answer, 'Start'), first(answer, 'End')]).to.deep.equal([
      '2030-07-01T13:00:00Z',
      '2030-07-01T14:00:00Z',
    ]);
  });

  it('become whole days of their zone and times again', async () => {
    const item = await newEvent(
      server.url,
      '<t:Start>2030-07-01T09:00:00</t:Start><t:End>2030-07-01T10:00:00</t:End><t:StartTimeZone Id="Tokyo Standard Time"/>',
    );
    await change(item, setEvent('<t:IsAllDayEvent>true</t:IsAllDayEvent>'));
    const day = await read(item);
    expect([first(day, 'Start'), first(day, 'End')]).to.deep.equal([
      '2030-06-30T15:00:00Z',
      '2030-07-01T15:00:00Z',
    ]);
    await change(
      item,
      setEvent('<t:IsAllDayEvent>false</t:IsAllDayEvent>') +
        setEvent('<t:Start>2030-07-01T01:00:00Z</t:Start>') +
        setEvent('<t:End>2030-07-01T02:00:00Z</t:End>'),
    );
    const again = await read(item);
    expect([first(again, 'IsAllDayEvent'), first(again, 'Start'), first(again, 'End')]).to.deep.equal([
      'false',
      '2030-07-01T01:00:00Z',
      '2030-07-01T02:00:00Z',
    ]);
  });

  it('have each property set, and deleted where it can be', async () => {
    const item = await newEvent(server.url, HOUR);
    await change(
      item,
      setEvent('<t:Subject>Plan &amp; do</t:Subject>', 'item:Subject') +
        body('HTML', '&lt;p&gt;Zoë&lt;/p&gt;') +
        setEvent('<t:Categories><t:String>Red</t:String></t:Categories>', 'item:Categories') +
        setEvent('<t:Sensitivity>Confidential</t:Sensitivity>', 'item:Sensitivity') +
        setEvent('<t:ReminderIsSet>true</t:ReminderIsSet>', 'item:ReminderIsSet') +
        setEvent(
          '<t:ReminderMinutesBeforeStart>45</t:ReminderMinutesBeforeStart>',
          'item:ReminderMinutesBeforeStart',
        ) +
        setEvent('<t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus>') +
        setEvent('<t:Location>Room 1</t:Location>') +
        setEvent(GUESTS),
    );
    const answer = await read(item);
    const expected = {
      Subject: 'Plan &amp; do',
      Sensitivity: 'Confidential',
      ReminderMinutesBeforeStart: '45',
      LegacyFreeBusyStatus: 'OOF',
      Location: 'Room 1',
      IsMeeting: 'true',
      IsCancelled: 'false',
      MyResponseType: 'Organizer',
      MeetingRequestWasSent: 'false',
    };
    expect(
      Object.fromEntries(Object.keys(expected).map((name) => [name, first(answer, name)])),
    ).to.deep.equal(expected);
    expect(first(answer, 'Organizer')).to.include('alice@example.test');
    expect(first(answer, 'UID')).to.match(/^040000008200E00074C5B7101A82E008/);
    expect(all(answer, 'Attendee').map((one) => first(one, 'ResponseType'))).to.deep.equal([
      'Unknown',
      'Unknown',
    ]);
    const html = await ask(
      server.url,
      get(itemId(item), '<t:BaseShape>AllProperties</t:BaseShape><t:BodyType>HTML</t:BodyType>'),
    );
    expect(first(html, 'Body')).to.include('&lt;p&gt;Zoë&lt;/p&gt;');
    const text = await ask(
      server.url,
      get(itemId(item), '<t:BaseShape>AllProperties</t:BaseShape><t:BodyType>Text</t:BodyType>'),
    );
    expect(text).to.match(/<t:Body BodyType="Text"[^>]*>Zoë\s*</);

    await change(
      item,
      ['item:Body', 'item:Categories', 'calendar:Location', 'calendar:RequiredAttendees'].map(clear).join(''),
    );
    const bare = await read(item);
    for (const name of ['Categories', 'RequiredAttendees']) expect(all(bare, name), name).to.deep.equal([]);
    expect(first(bare, 'IsMeeting')).to.equal('false');
  });

  it('get, change and lose a recurrence', async () => {
    const item = await newEvent(server.url, HOUR);
    const starts = async (): Promise<readonly string[]> =>
      all(await ask(server.url, view('2030-06-01T00:00:00Z', '2030-08-01T00:00:00Z')), 'Start');
    await change(item, setEvent(weekly('Tuesday', '2030-06-04', 3)));
    expect(await starts()).to.deep.equal([
      '2030-06-04T09:00:00Z',
      '2030-06-11T09:00:00Z',
      '2030-06-18T09:00:00Z',
    ]);
    await change(item, setEvent(weekly('Thursday', '2030-06-06', 2)));
    expect(await starts()).to.deep.equal(['2030-06-06T09:00:00Z', '2030-06-13T09:00:00Z']);
    await change(item, clear('calendar:Recurrence'));
    expect(await starts()).to.deep.equal(['2030-06-06T09:00:00Z']);
  });

  it('list exceptions and deletions with their original starts, and read an exception by its own id', async () => {
    const master = await newEvent(server.url, HOUR + weekly('Tuesday', '2030-06-04', 5));
    await ask(
      server.url,
      update(
        occurrenceId(master, 2),
        setEvent('<t:Start>2030-06-12T14:00:00Z</t:Start>') + setEvent('<t:End>2030-06-12T15:00:00Z</t:End>'),
      ),
    );
    await ask(server.url, remove(occurrenceId(master, 4)));
    const answer = await read(master);
    const modified = first(answer, 'ModifiedOccurrences') ?? '';
    expect([
      first(modified, 'Start'),
      first(modified, 'End'),
      first(modified, 'OriginalStart'),
    ]).to.deep.equal(['2030-06-12T14:00:00Z', '2030-06-12T15:00:00Z', '2030-06-11T09:00:00Z']);
    expect(all(first(answer, 'DeletedOccurrences') ?? '', 'Start')).to.deep.equal(['2030-06-25T09:00:00Z']);

    const exception = onlyId(modified);
    await ask(
      server.url,
      update(itemId(exception), setEvent('<t:Subject>Moved</t:Subject>', 'item:Subject')),
    );
    const one = await ask(server.url, get(itemId(exception)));
    expect([
      first(one, 'Subject'),
      first(one, 'CalendarItemType'),
      first(one, 'OriginalStart'),
    ]).to.deep.equal(['Moved', 'Exception', '2030-06-11T09:00:00Z']);
    expect(first(await read(master), 'Subject')).to.equal(undefined);
    await ask(server.url, remove(itemId(exception)));
    expect(all(first(await read(master), 'DeletedOccurrences') ?? '', 'Start')).to.deep.equal([
      '2030-06-11T09:00:00Z',
      '2030-06-25T09:00:00Z',
    ]);
  });
});

describe('sandbox calendar of 20,000 items', function () {
  this.timeout(60_000);

  it('is read whole in pages of 512, with what sync needs to know, at 5,000 items a second of processor time or more', async () => {
    const server = await startRecorded();
    try {
      fillMailbox(server.store, 'alice@example.test', { events: 20_000, seed: 3 });
      const wanted = [
        'item:Subject',
        'calendar:Start',
        'calendar:End',
        'calendar:CalendarItemType',
        'calendar:UID',
      ];
      const shape = `<t:AdditionalProperties>${wanted.map((uri) => `<t:FieldURI FieldURI="${uri}"/>`).join('')}</t:AdditionalProperties></m:ItemShape>`;
      const begun = process.cpuUsage();
      const ids = new Set<string>();
      let state = '';
      for (let last = false; !last;) {
        const page = syncItems(state)
          .replace('Id="contacts"', 'Id="calendar"')
          .replace('</m:ItemShape>', shape);
        const answer = await ask(server.url, page);
        for (const [, id = ''] of answer.matchAll(/<t:ItemId Id="([^"]*)"/g)) ids.add(id);
        state = first(answer, 'SyncState') ?? '';
        last = first(answer, 'IncludesLastItemInRange') === 'true';
      }
      const { user, system } = process.cpuUsage(begun);
      expect(ids.size).to.equal(20_000);
      expect((user + system) / 1_000_000).to.be.lessThan(4);
      const quiet = await ask(server.url, syncItems(state).replace('Id="contacts"', 'Id="calendar"'));
      expect(all(quiet, 'Changes')).to.deep.equal(['']);
    } finally {
      await server.close();
    }
  });
});
