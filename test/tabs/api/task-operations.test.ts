import { expect } from 'chai';
import { taskSchemas } from '../../../src/tabs/api/task-resource.ts';
import { startApi } from './api-server.ts';
import type { Answer, ApiServer } from './api-server.ts';

describe('tasks in the API', () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const create = async (values: object, token = 'ann') => {
    const answer = await api.request('POST', '/crm/tasks', { token, json: { values } });
    expect(answer.status, answer.text).to.equal(201);
    return taskSchemas.record.parse(answer.body);
  };
  const names = (answer: Answer) => {
    expect(answer.status, answer.text).to.equal(200);
    taskSchemas.page.parse(answer.body);
    return (answer.body.tasks as { displayName: string }[]).map(({ displayName }) => displayName);
  };

  it('are created with their defaults, completed today and found under their address', async () => {
    const made = await api.request('POST', '/crm/tasks', { json: { values: { subject: 'Call' } } });
    expect(made.body).to.deep.include({
      displayName: 'Call',
      values: { subject: 'Call', status: 'notStarted', percentComplete: '0', priority: 'normal' },
    });
    const path = (made.headers.get('location') ?? '').replace('/api/v1', '');
    const done = await api.request('PATCH', path, {
      json: { values: { status: 'completed' } },
      headers: { 'if-match': made.headers.get('etag') ?? '' },
    });
    expect(done.headers.get('etag')).to.equal('"2"');
    expect((await api.request('GET', path)).body.values).to.deep.equal({
      subject: 'Call',
      status: 'completed',
      percentComplete: '100',
      completedDate: '2026-05-17',
      priority: 'normal',
    });
    const late = await api.request('DELETE', path, { headers: { 'if-match': '"1"' } });
    expect(late.status).to.equal(412);
  });

  it('are listed by text, status and due date', async () => {
    await create({ subject: 'Late', dueDate: '2026-05-01' });
    await create({ subject: 'Later', dueDate: '2026-05-20', status: 'inProgress' });
    await create({ subject: 'Some day' });
    await create({ subject: "Ben's" }, 'ben');
    const list = async (query: string) => names(await api.request('GET', `/crm/tasks?${query}`));
    expect(await list('sort=due')).to.deep.equal(['Some day', 'Late', 'Later']);
    expect(await list('sort=-due')).to.deep.equal(['Later', 'Late', 'Some day']);
    expect(await list('dueBefore=2026-05-20')).to.deep.equal(['Late']);
    expect(await list('status=inProgress')).to.deep.equal(['Later']);
    expect(await list('q=LATE&sort=name')).to.deep.equal(['Late', 'Later']);
    expect(await list('modifiedSince=2026-05-17T09:30:00.001Z')).to.deep.equal([]);
  });

  it('are paged by due date without losing one', async () => {
    for (let day = 10; day < 15; day++) await create({ subject: `${day}`, dueDate: `2026-05-${day}` });
    const found: string[] = [];
    let cursor = '';
    do {
      const answer = await api.request('GET', `/crm/tasks?sort=due&limit=2${cursor}`);
      found.push(...names(answer));
      cursor = typeof answer.body.nextCursor === 'string' ? `&cursor=${answer.body.nextCursor}` : '';
    } while (cursor !== '');
    expect(found).to.deep.equal(['10', '11', '12', '13', '14']);
  });

  it('name each wrong field of a body, a query and an operation in bulk', async () => {
    const fields = ({ body }: Answer) => (body.errors as { field: string }[]).map(({ field }) => field);
    const json = { values: { status: 'done', percentComplete: 50, dueDate: 'soon', recurrence: 'x' } };
    const refused = await api.request('POST', '/crm/tasks', { json });
    expect(refused.status).to.equal(422);
    expect(fields(refused)).to.have.members(['values.status', 'values.percentComplete', 'values.dueDate']);
    const rule = { values: { recurrence: 'FREQ=DAILY', subject: 'A' } };
    expect(fields(await api.request('POST', '/crm/tasks', { json: rule }))).to.deep.equal([
      'values.recurrence',
    ]);
    expect(fields(await api.request('GET', '/crm/tasks?status=done'))).to.deep.equal(['status']);
    expect(fields(await api.request('GET', '/crm/tasks?sort=start'))).to.deep.equal(['sort']);
    const bulk = await api.request('POST', '/crm/tasks/bulk', {
      json: {
        operations: [
          { op: 'create', values: { subject: 'A' } },
          { op: 'create', values: { recurrence: 'FREQ=DAILY' } },
          { op: 'create', values: { priority: 'urgent' } },
        ],
      },
    });
    const results = bulk.body.results as { status: number }[];
    expect(results.map(({ status }) => status)).to.deep.equal([201, 422, 422]);
  });

  it('need a profile that allows them', async () => {
    const rights = { contacts: true, tasks: false, events: true, manageSync: false, manageUsers: false };
    const made = await api.crm.users.createProfile({ name: 'No tasks', rights });
    const profileId = made.kind === 'done' ? made.profile.id : '';
    await api.crm.users.update(api.users.ann.id, { profileId });
    expect((await api.request('GET', '/crm/tasks')).status).to.equal(403);
    expect((await api.request('POST', '/crm/tasks/bulk', { json: { operations: [] } })).status).to.equal(403);
    expect((await api.request('GET', '/crm/events')).status).to.equal(200);
  });
});
