import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  all,
  first,
  get,
  itemId,
  list,
  masterId,
  newEvent,
  occurrenceId,
  remove,
  setEvent,
  update,
  view,
  weekly,
} from './calendar-requests.ts';
import type { Ref } from './calendar-requests.ts';
import {
  ask,
  codes,
  itemIds,
  onlyId,
  startRecorded,
  syncChanges,
  syncItems,
  syncState,
} from './ews-client.ts';

/** Six Mondays from 30 September 2030, over the end of summer time in Berlin. */
const SERIES =
  '<t:Subject>Series</t:Subject><t:Start>2030-09-30T09:00:00</t:Start><t:End>2030-09-30T10:00:00</t:End>' +
  `${weekly('Monday', '2030-09-30', 6)}<t:StartTimeZone Id="W. Europe Standard Time"/>`;
const YEAR = ['2030-09-01T00:00:00Z', '2030-12-31T00:00:00Z'] as const;

function times(from: string, to: string): string {
  return setEvent(`<t:Start>${from}</t:Start>`) + setEvent(`<t:End>${to}</t:End>`);
}

describe('sandbox calendar series', () => {
  let server: Sandbox;
  let master: Ref;
  beforeEach(async () => {
    server = await startRecorded();
    master = await newEvent(server.url, SERIES);
  });
  afterEach(() => server.close());

  async function starts(): Promise<string[]> {
    return all(await ask(server.url, view(...YEAR)), 'Start');
  }

  it('has a master with its first and last occurrence [MS-OXWSMTGS R56] [MS-OXWSMTGS R732] [MS-OXWSMTGS R213] [MS-OXWSMTGS R215]', async () => {
    const answer = await ask(server.url, get(itemId(master)));
    expect(first(answer, 'CalendarItemType')).to.equal('RecurringMaster');
    expect(first(answer, 'IsRecurring')).to.equal('true');
    expect(first(answer, 'FirstOccurrence')).to.contain('<t:Start>2030-09-30T07:00:00Z</t:Start>');
    expect(first(answer, 'LastOccurrence')).to.contain(
      '<t:Start>2030-11-04T08:00:00Z</t:Start><t:End>2030-11-04T09:00:00Z</t:End>' +
        '<t:OriginalStart>2030-11-04T08:00:00Z</t:OriginalStart>',
    );
  });

  it('gives occurrences by index, with ids of their own and the key of the master [MS-OXWSMTGS R54] [MS-OXWSMTGS R161] [MS-OXWSMTGS R153] [MS-OXWSMTGS R631]', async () => {
    const answer = await ask(server.url, get(occurrenceId(master, 2)));
    const second = onlyId(answer);
    expect(second.id).to.have.length.greaterThan(master.id.length);
    expect(second.changeKey).to.equal(master.changeKey);
    expect(first(answer, 'CalendarItemType')).to.equal('Occurrence');
    expect(first(answer, 'OriginalStart')).to.equal('2030-10-07T07:00:00Z');
    expect(first(answer, 'RecurrenceId')).to.equal('2030-10-07T07:00:00Z');
    expect(answer).not.to.contain('<t:Recurrence>');
    expect(onlyId(await ask(server.url, get(itemId(second)))).id).to.equal(second.id);
    expect(onlyId(await ask(server.url, get(masterId(second)))).id).to.equal(master.id);
  });

  it('refuses indexes and ids that are not of the series [MS-OXWSMTGS R1222] [MS-OXWSMTGS R1223] [MS-OXWSMTGS R1219]', async () => {
    const single = await newEvent(server.url, '<t:Subject>single</t:Subject>');
    const second = onlyId(await ask(server.url, get(occurrenceId(master, 2))));
    const wrong = [
      [occurrenceId(master, 7), 'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange'],
      [occurrenceId(master, 0), 'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange'],
      [occurrenceId(single, 1), 'ErrorCalendarCannotUseIdForRecurringMasterId'],
      [occurrenceId(second, 1), 'ErrorCalendarCannotUseIdForRecurringMasterId'],
      [masterId(single), 'ErrorCalendarCannotUseIdForOccurrenceId'],
      [masterId(master), 'ErrorCalendarCannotUseIdForOccurrenceId'],
      [itemId({ ...second, id: `${second.id.slice(0, -4)}AAAA` }), 'ErrorItemNotFound'],
    ];
    const answer = await ask(server.url, get(wrong.map(([id]) => id).join('')));
    expect(codes(answer)).to.deep.equal(wrong.map(([, code]) => code));
  });

  it('changes one occurrence into an exception [MS-OXWSMTGS R55] [MS-OXWSMTGS R217] [MS-OXWSMTGS R377] [MS-OXWSMTGS R381] [MS-OXWSMTGS R383] [MS-OXWSMTGS R385] [MS-OXWSMTGS R387] [MS-OXWSMTGS R651]', async () => {
    const changed = await ask(
      server.url,
      update(
        occurrenceId(master, 2),
        setEvent('<t:Subject>Moved</t:Subject>', 'item:Subject') +
          times('2030-10-07T10:00:00Z', '2030-10-07T11:30:00Z'),
      ),
    );
    const exception = onlyId(changed);
    const answer = await ask(server.url, get(itemId(exception)));
    expect([first(answer, 'CalendarItemType'), first(answer, 'Subject')]).to.deep.equal([
      'Exception',
      'Moved',
    ]);
    expect(first(answer, 'OriginalStart')).to.equal('2030-10-07T07:00:00Z');
    const whole = await ask(server.url, get(itemId(master)));
    expect(first(whole, 'Subject')).to.equal('Series');
    expect(first(whole, 'ModifiedOccurrences')).to.equal(
      `<t:Occurrence><t:ItemId Id="${exception.id}" ChangeKey="${exception.changeKey}"/>` +
        '<t:Start>2030-10-07T10:00:00Z</t:Start><t:End>2030-10-07T11:30:00Z</t:End>' +
        '<t:OriginalStart>2030-10-07T07:00:00Z</t:OriginalStart></t:Occurrence>',
    );
    expect((await starts()).slice(0, 3)).to.deep.equal([
      '2030-09-30T07:00:00Z',
      '2030-10-07T10:00:00Z',
      '2030-10-14T07:00:00Z',
    ]);
  });

  it('gives an exception an attachment that the others do not have', async () => {
    const second = onlyId(await ask(server.url, get(occurrenceId(master, 2))));
    await ask(
      server.url,
      `<m:CreateAttachment><m:ParentItemId Id="${second.id}"/><m:Attachments><t:FileAttachment><t:Name>a.txt</t:Name>` +
        '<t:Content>YQ==</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>',
    );
    const answer = await ask(server.url, get(occurrenceId(master, 2) + occurrenceId(master, 3)));
    expect(all(answer, 'HasAttachments')).to.deep.equal(['true', 'false']);
  });

  it('deletes one occurrence, whose index stays taken [MS-OXWSMTGS R219] [MS-OXWSMTGS R373] [MS-OXWSMTGS R620] [MS-OXWSMTGS R1207]', async () => {
    expect(codes(await ask(server.url, remove(occurrenceId(master, 4))))).to.deep.equal(['NoError']);
    expect(codes(await ask(server.url, get(occurrenceId(master, 4))))).to.deep.equal([
      'ErrorCalendarOccurrenceIsDeletedFromRecurrence',
    ]);
    const fifth = await ask(server.url, get(occurrenceId(master, 5)));
    expect(first(fifth, 'Start')).to.equal('2030-10-28T08:00:00Z');
    const whole = await ask(server.url, get(itemId(master)));
    expect(first(whole, 'DeletedOccurrences')).to.equal(
      '<t:DeletedOccurrence><t:Start>2030-10-21T07:00:00Z</t:Start></t:DeletedOccurrence>',
    );
    expect(await starts()).to.have.length(5);
  });

  it('moves first and last occurrence when they are deleted', async () => {
    await ask(server.url, remove(occurrenceId(master, 1) + occurrenceId(master, 6)));
    const whole = await ask(server.url, get(itemId(master)));
    expect(first(whole, 'FirstOccurrence')).to.contain('<t:Start>2030-10-07T07:00:00Z</t:Start>');
    expect(first(whole, 'LastOccurrence')).to.contain('<t:Start>2030-10-28T08:00:00Z</t:Start>');
  });

  it('keeps an occurrence between its neighbours', async () => {
    for (const [from, to] of [
      ['2030-10-14T12:00:00Z', '2030-10-14T13:00:00Z'],
      ['2030-09-30T12:00:00Z', '2030-09-30T13:00:00Z'],
      ['2030-10-20T12:00:00Z', '2030-10-20T13:00:00Z'],
    ] as const) {
      expect(codes(await ask(server.url, update(occurrenceId(master, 2), times(from, to))))).to.deep.equal([
        'ErrorOccurrenceCrossingBoundary',
      ]);
    }
  });

  it('knows the neighbours of an occurrence named by its own id', async () => {
    const second = onlyId(await ask(server.url, get(occurrenceId(master, 2))));
    const late = times('2030-10-13T12:00:00Z', '2030-10-13T13:00:00Z');
    expect(codes(await ask(server.url, update(itemId(second), late)))).to.deep.equal(['NoError']);
    const tooLate = times('2030-10-14T12:00:00Z', '2030-10-14T13:00:00Z');
    expect(codes(await ask(server.url, update(itemId(second), tooLate)))).to.deep.equal([
      'ErrorOccurrenceCrossingBoundary',
    ]);
  });

  it('forgets exceptions and deletions when the pattern or the time changes', async () => {
    const subject = setEvent('<t:Subject>Other</t:Subject>', 'item:Subject');
    for (const change of [
      setEvent(weekly('Monday', '2030-09-30', 4)),
      times('2030-09-30T12:00:00Z', '2030-09-30T13:00:00Z'),
    ]) {
      const made = await newEvent(server.url, SERIES);
      await ask(server.url, update(occurrenceId(made, 2), subject));
      await ask(server.url, remove(occurrenceId(made, 3)));
      await ask(server.url, update(itemId(made), subject));
      expect(await ask(server.url, get(itemId(made)))).to.contain('ModifiedOccurrences');
      await ask(server.url, update(itemId(made), change));
      const after = await ask(server.url, get(itemId(made)));
      expect(after).not.to.contain('ModifiedOccurrences').and.not.to.contain('DeletedOccurrences');
    }
  });

  it('moves with its master to another day', async () => {
    await ask(server.url, update(itemId(master), times('2030-10-01T08:00:00Z', '2030-10-01T09:00:00Z')));
    const found = await starts();
    expect(found[0]).to.equal('2030-10-07T08:00:00Z');
    expect(found).to.have.length(6);
  });

  it('is deleted whole through any occurrence', async () => {
    const second = onlyId(await ask(server.url, get(occurrenceId(master, 2))));
    expect(codes(await ask(server.url, remove(masterId(second))))).to.deep.equal(['NoError']);
    expect(await starts()).to.deep.equal([]);
  });

  it('does not move or copy one occurrence, but the series [MS-OXWSMTGS R1193] [MS-OXWSMTGS R1231] [MS-OXWSMTGS R806] [MS-OXWSMTGS R808] [MS-OXWSMTGS R1188]', async () => {
    const relocate = (operation: string, id: string): string =>
      `<m:${operation}><m:ToFolderId><t:DistinguishedFolderId Id="deleteditems"/></m:ToFolderId>` +
      `<m:ItemIds>${id}</m:ItemIds></m:${operation}>`;
    const second = onlyId(await ask(server.url, get(occurrenceId(master, 2))));
    for (const operation of ['CopyItem', 'MoveItem']) {
      expect(codes(await ask(server.url, relocate(operation, occurrenceId(master, 2))))).to.deep.equal([
        'ErrorCalendarCannotMoveOrCopyOccurrence',
      ]);
    }
    expect(codes(await ask(server.url, relocate('CopyItem', masterId(second))))).to.deep.equal(['NoError']);
    const moved = onlyId(await ask(server.url, relocate('MoveItem', masterId(second))));
    expect(first(await ask(server.url, get(occurrenceId(moved, 2))), 'Start')).to.equal(
      '2030-10-07T07:00:00Z',
    );
  });

  it('shows its master alone to FindItem and SyncFolderItems, and a changed occurrence as its update', async () => {
    const calendar = (state: string): string => syncItems(state).replace('Id="contacts"', 'Id="calendar"');
    const synced = await ask(server.url, calendar(''));
    expect(syncChanges(synced)).to.deep.equal([`Create ${master.id}`]);
    expect(itemIds(await ask(server.url, list('calendar'))).map(({ id }) => id)).to.deep.equal([master.id]);
    await ask(server.url, update(occurrenceId(master, 2), setEvent('<t:Location>x</t:Location>')));
    const later = await ask(server.url, calendar(syncState(synced)));
    expect(syncChanges(later)).to.deep.equal([`Update ${master.id}`]);
    await ask(server.url, remove(occurrenceId(master, 3)));
    const last = await ask(server.url, calendar(syncState(later)));
    expect(syncChanges(last)).to.deep.equal([`Update ${master.id}`]);
  });
});

describe('sandbox CalendarView', () => {
  let server: Sandbox;
  before(async () => {
    server = await startRecorded();
    await newEvent(server.url, SERIES);
    await newEvent(
      server.url,
      '<t:Subject>one</t:Subject><t:Start>2030-10-01T00:00:00Z</t:Start><t:End>2030-10-01T00:00:00Z</t:End>',
    );
  });
  after(() => server.close());

  it('holds single items and occurrences by start, no masters', async () => {
    const answer = await ask(server.url, view('2030-09-30T00:00:00Z', '2030-10-15T00:00:00Z'));
    expect(all(answer, 'CalendarItemType')).to.deep.equal([
      'Occurrence',
      'Single',
      'Occurrence',
      'Occurrence',
    ]);
    expect(answer).to.contain('TotalItemsInView="4" IncludesLastItemInRange="true"');
  });

  it('holds what is going on at its edges, not what ends or begins there', async () => {
    const during = await ask(server.url, view('2030-10-07T07:30:00Z', '2030-10-07T07:45:00Z'));
    expect(all(during, 'Start')).to.deep.equal(['2030-10-07T07:00:00Z']);
    const beside = await ask(server.url, view('2030-10-07T08:00:00Z', '2030-10-14T07:00:00Z'));
    expect(all(beside, 'Start')).to.deep.equal([]);
  });

  it('stops at MaxEntriesReturned', async () => {
    const answer = await ask(
      server.url,
      view('2030-09-01T00:00:00Z', '2030-12-31T00:00:00Z', ' MaxEntriesReturned="3"'),
    );
    expect(all(answer, 'CalendarItem')).to.have.length(3);
    expect(answer).to.contain('IncludesLastItemInRange="false"');
  });

  it('reads its bounds in the zone of the request when they have none', async () => {
    const zone =
      '<t:RequestServerVersion Version="Exchange2013_SP1"/><t:TimeZoneContext>' +
      '<t:TimeZoneDefinition Id="Tokyo Standard Time"/></t:TimeZoneContext>';
    const inTokyo = await ask(
      server.url,
      view('2030-10-07T16:30:00', '2030-10-07T17:00:00'),
      undefined,
      zone,
    );
    expect(all(inTokyo, 'Start')).to.deep.equal(['2030-10-07T16:00:00+09:00']);
  });

  it('refuses a range that is too big or turned round, and folders of other kinds', async () => {
    const asked = async (body: string): Promise<string[]> => codes(await ask(server.url, body));
    expect(await asked(view('2030-01-01T00:00:00Z', '2032-02-01T00:00:00Z'))).to.deep.equal([
      'ErrorCalendarViewRangeTooBig',
    ]);
    expect(await asked(view('2030-01-02T00:00:00Z', '2030-01-01T00:00:00Z'))).to.deep.equal([
      'ErrorCalendarEndDateIsEarlierThanStartDate',
    ]);
    expect(await asked(view('2030-01-01T00:00:00Z', '2030-02-01T00:00:00Z', '', 'inbox'))).to.deep.equal([
      'ErrorCalendarFolderIsInvalidForCalendarView',
    ]);
  });
});
