import { expect } from 'chai';
import { eventSchemas } from '../../../src/tabs/api/event-resource.ts';
import { startApi } from './api-server.ts';
import type { Answer, ApiServer } from './api-server.ts';

const single = { start: '2026-05-18T09:00:00', end: '2026-05-18T10:00:00', timeZone: 'Europe/Berlin' };
const weekly = { ...single, subject: 'Weekly', recurrence: 'FREQ=WEEKLY;BYDAY=MO' };
const defaults = { busyState: 'busy', privacy: 'normal', status: 'confirmed' };
const skipped = { originalStart: '2026-05-25T09:00:00', state: 'deleted' };
const moved = {
  originalStart: '2026-06-01T09:00:00',
  state: 'changed',
  values: { start: '2026-06-02T11:00:00', end: '2026-06-02T12:00:00', subject: 'Moved' },
};

describe('events in the API', () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const post = (json: object) => api.request('POST', '/crm/events', { json });
  const create = async (json: object) => {
    const answer = await post(json);
    expect(answer.status, answer.text).to.equal(201);
    const { id, displayName, values } = eventSchemas.record.parse(answer.body);
    return { id, displayName, values, exceptions: answer.body.exceptions };
  };
  const patch = (id: string, revision: number, json: object) =>
    api.request('PATCH', `/crm/events/${id}`, { json, headers: { 'if-match': `"${revision}"` } });
  const listed = async (query: string) => {
    const answer = await api.request('GET', `/crm/events?${query}`);
    expect(answer.status, answer.text).to.equal(200);
    eventSchemas.page.parse(answer.body);
    return answer.body.events as { displayName: string; occurrences?: object[] }[];
  };
  const names = async (query: string) => (await listed(query)).map(({ displayName }) => displayName);
  const fields = ({ body }: Answer) => (body.errors as { field: string }[]).map(({ field }) => field);

  it('show people as objects and take them so', async () => {
    const people = {
      organizer: { address: 'ada@x.test', name: 'Ada' },
      attendees: [
        { role: 'required', address: 'bob@x.test', name: 'Byte; Bob' },
        { role: 'resource', address: 'room@x.test', name: '' },
      ],
      replies: [{ role: 'accepted', address: 'bob@x.test', name: 'Byte; Bob' }],
    };
    const { id, values } = await create({ values: { ...single, ...people } });
    expect(values).to.deep.equal({ ...single, ...defaults, ...people });
    const changed = await patch(id, 1, {
      values: { attendees: [{ role: 'optional', address: 'c@x.test' }], replies: null },
    });
    expect(changed.body.values).to.deep.equal({
      ...single,
      ...defaults,
      organizer: people.organizer,
      attendees: [{ role: 'optional', address: 'c@x.test', name: '' }],
    });
  });

  it('show exceptions as a list, which a patch replaces as a whole or leaves alone', async () => {
    const { id, exceptions } = await create({ values: weekly, exceptions: [moved, skipped] });
    expect(exceptions).to.deep.equal([{ ...skipped, values: {} }, moved]);
    const renamed = await patch(id, 1, { values: { subject: 'Renamed' } });
    expect(renamed.body.exceptions).to.deep.equal(exceptions);
    const fewer = await patch(id, 2, { exceptions: [moved] });
    expect(fewer.body).to.deep.include({ revision: 3, exceptions: [moved] });
    const same = await patch(id, 3, { exceptions: [moved] });
    expect(same.body.revision).to.equal(3);
    const none = await patch(id, 3, { exceptions: [] });
    expect(none.body.exceptions).to.deep.equal([]);
  });

  it('lose the exceptions that another rule has no place for', async () => {
    const { id } = await create({ values: weekly, exceptions: [moved, skipped] });
    const changed = await patch(id, 1, { values: { recurrence: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO' } });
    expect(changed.body.exceptions).to.deep.equal([moved]);
  });

  const wrong: [what: string, json: object, field: string][] = [
    ['a broken rule', { values: { ...single, recurrence: 'FREQ=' } }, 'values.recurrence'],
    ['an unknown zone', { values: { ...single, timeZone: 'Mars/Olympus' } }, 'values.timeZone'],
    ['an end before the start', { values: { ...single, end: '2026-05-17T10:00:00' } }, 'values.end'],
    ['an unknown word', { values: { ...single, busyState: 'away' } }, 'values.busyState'],
    ['the role of a copy', { values: { ...single, role: 'organizer' } }, 'values.role'],
    [
      'a field that looks like an occurrence',
      { values: { ...single, '@2026-05-18T09:00:00': 'deleted' } },
      'values.@2026-05-18T09:00:00',
    ],
    [
      'an attendee without an @',
      { values: { ...single, attendees: [{ role: 'required', address: '/o=X/cn=a' }] } },
      'values.attendees.0.address',
    ],
    [
      'an attendee as a text',
      { values: { ...single, attendees: ['required;a@x.test'] } },
      'values.attendees.0',
    ],
    [
      '2,001 attendees',
      {
        values: {
          ...single,
          attendees: Array.from({ length: 2001 }, (_, i) => ({ role: 'required', address: `a${i}@x.test` })),
        },
      },
      'values.attendees',
    ],
    [
      'an exception of no occurrence',
      { values: weekly, exceptions: [{ ...skipped, originalStart: '2026-05-26T09:00:00' }] },
      'exceptions.2026-05-26T09:00:00',
    ],
    [
      'an exception that ends before it begins',
      { values: weekly, exceptions: [{ ...moved, values: { end: '2026-06-01T08:00:00' } }] },
      'exceptions.2026-06-01T09:00:00.end',
    ],
    [
      'an exception with attendees',
      { values: weekly, exceptions: [{ ...moved, values: { attendees: [] } }] },
      'exceptions.0.values.attendees',
    ],
  ];
  for (const [what, json, field] of wrong) {
    it(`are refused with ${what}`, async () => {
      const answer = await post(json);
      expect(answer.status, answer.text).to.equal(422);
      expect(fields(answer)).to.deep.equal([field]);
    });
  }

  it('take 2,000 attendees', async () => {
    const attendees = Array.from({ length: 2000 }, (_, i) => ({
      role: 'required',
      address: `a${i}@x.test`,
      name: `N ${i}`,
    }));
    expect((await create({ values: { ...single, attendees } })).values).to.deep.include({ attendees });
  });

  it('are listed by the time they reach into', async () => {
    await create({ values: { ...single, subject: 'Once' } });
    await create({ values: { ...weekly, start: '2026-01-05T09:00:00', end: '2026-01-05T10:00:00' } });
    await create({
      values: {
        subject: 'Ended',
        start: '2026-01-05',
        end: '2026-01-06',
        timeZone: 'UTC',
        recurrence: 'FREQ=DAILY;COUNT=3',
      },
    });
    expect(await names('from=2026-05-18T00:00:00Z&to=2026-05-19T00:00:00Z&sort=start')).to.deep.equal([
      'Weekly',
      'Once',
    ]);
    expect(await names('from=2026-05-18T08:00:00Z&sort=name')).to.deep.equal(['Weekly']);
    expect(await names('to=2026-05-18T07:00:00Z&sort=-start')).to.deep.equal(['Weekly', 'Ended']);
    expect(await names('from=2026-01-07T12:00:00Z&to=2026-01-07T13:00:00Z&q=ended')).to.deep.equal(['Ended']);
  });

  it('show their occurrences in a time where these are asked for', async () => {
    await create({ values: weekly, exceptions: [moved, skipped] });
    const [event] = await listed('from=2026-05-18T00:00:00Z&to=2026-06-08T00:00:00Z&expand=true');
    expect(event?.occurrences).to.deep.equal([
      {
        originalStart: '2026-05-18T09:00:00',
        start: '2026-05-18T09:00:00',
        end: '2026-05-18T10:00:00',
        startsAt: '2026-05-18T07:00:00.000Z',
        endsAt: '2026-05-18T08:00:00.000Z',
      },
      {
        originalStart: '2026-06-01T09:00:00',
        start: '2026-06-02T11:00:00',
        end: '2026-06-02T12:00:00',
        startsAt: '2026-06-02T09:00:00.000Z',
        endsAt: '2026-06-02T10:00:00.000Z',
      },
    ]);
    expect((await listed('limit=1'))[0]).not.to.have.property('occurrences');
    for (const query of ['expand=true', 'expand=true&from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z']) {
      const answer = await api.request('GET', `/crm/events?${query}`);
      expect([answer.status, fields(answer)]).to.deep.equal([400, ['expand']]);
    }
  });

  it('are changed in bulk, each for itself', async () => {
    const { id } = await create({ values: weekly });
    const answer = await api.request('POST', '/crm/events/bulk', {
      json: {
        operations: [
          { op: 'update', id, revision: 1, exceptions: [skipped] },
          {
            op: 'update',
            id,
            revision: 2,
            exceptions: [{ ...skipped, originalStart: '2026-05-26T09:00:00' }],
          },
          { op: 'create', values: { ...single, attendees: [{ role: 'required', address: 'a@x.test' }] } },
          { op: 'create', values: { subject: 'Never' } },
        ],
      },
    });
    const results = answer.body.results as { status: number }[];
    expect(results.map(({ status }) => status)).to.deep.equal([200, 422, 201, 422]);
    expect((await api.request('GET', `/crm/events/${id}`)).body.exceptions).to.deep.equal([
      { ...skipped, values: {} },
    ]);
  });

  it('tell nothing of a private one without a subject', async () => {
    expect((await create({ values: { ...single, privacy: 'private' } })).displayName).to.equal('Busy');
    expect((await create({ values: single })).displayName).to.equal('(no subject)');
  });
});
