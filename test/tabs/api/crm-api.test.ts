import { expect } from 'chai';
import { contactSchemas } from '../../../src/tabs/api/contact-resource.ts';
import { problemSchema } from '../../../src/tabs/api/problem.ts';
import { photo } from '../../contract/full-contact.ts';
import { startApi } from './api-server.ts';
import type { Answer, ApiServer, RequestOptions } from './api-server.ts';

const contactSchema = contactSchemas.record;

/** The contacts of a page. */
function pageOf(answer: Answer) {
  contactSchemas.page.parse(answer.body);
  return (answer.body.contacts as unknown[]).map((contact) => contactSchema.parse(contact));
}

describe('the CRM API', () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const expectProblem = (answer: Answer, status: number, code: string) => {
    expect(answer.status).to.equal(status);
    expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(problemSchema.parse(answer.body)).to.include({ type: `urn:exsync:problem:${code}`, status });
  };
  const fieldsOf = (answer: Answer) => (answer.body.errors as { field: string }[]).map(({ field }) => field);
  const create = async (values: object, options: RequestOptions & { ownerId?: string } = {}) => {
    const { ownerId, ...rest } = options;
    const answer = await api.request('POST', '/crm/contacts', {
      json: { values, ...(ownerId !== undefined && { ownerId }) },
      ...rest,
    });
    expect(answer.status, answer.text).to.equal(201);
    return contactSchema.parse(answer.body);
  };
  const names = (answer: Answer) => {
    expect(answer.status, answer.text).to.equal(200);
    return pageOf(answer).map(({ displayName }) => displayName);
  };

  describe('callers', () => {
    it('need a token', async () => {
      const answer = await api.request('GET', '/crm/contacts', { token: null });
      expectProblem(answer, 401, 'token-missing');
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="exsync"');
      const basic = await api.request('GET', '/crm/contacts', {
        token: null,
        headers: { authorization: 'Basic YTpi' },
      });
      expectProblem(basic, 401, 'token-missing');
    });

    it('need a token that is known, of a user who exists', async () => {
      expectProblem(await api.request('GET', '/crm/contacts', { token: 'guessed' }), 401, 'token-invalid');
      expectProblem(await api.request('GET', '/crm/contacts', { token: 'nobody' }), 401, 'token-invalid');
    });

    it('have to be active', async () => {
      await api.crm.users.update(api.users.ann.id, { active: false });
      expectProblem(await api.request('GET', '/crm/users/me'), 403, 'user-inactive');
    });

    it('need the scope of what they do', async () => {
      const json = { values: { surname: 'A' } };
      const write = await api.request('POST', '/crm/contacts', { token: 'ann-reads', json });
      expectProblem(write, 403, 'scope-missing');
      expect(write.headers.get('www-authenticate')).to.include('scope="crm:write"');
      expectProblem(await api.request('GET', '/crm/contacts', { token: 'ann-writes' }), 403, 'scope-missing');
      expect((await api.request('GET', '/crm/contacts', { token: 'ann-reads' })).status).to.equal(200);
    });

    it('need a profile that allows contacts', async () => {
      const rights = { contacts: false, tasks: true, events: true, manageSync: true, manageUsers: true };
      const made = await api.crm.users.createProfile({ name: 'No contacts', rights });
      await api.crm.users.update(api.users.ann.id, {
        profileId: made.kind === 'done' ? made.profile.id : '',
      });
      expectProblem(await api.request('GET', '/crm/contacts'), 403, 'right-missing');
      expect((await api.request('GET', '/crm/users')).status).to.equal(200);
    });
  });

  describe('contacts', () => {
    it('are created for the caller and read back with their ETag and photo', async () => {
      const values = {
        givenName: 'Zoë',
        surname: '😀',
        categories: ['a'],
        birthday: '1980-02-29',
        photo: photo.red,
      };
      const created = await api.request('POST', '/crm/contacts', { json: { values } });
      expect(created.status).to.equal(201);
      expect(created.headers.get('etag')).to.equal('"1"');
      const location = created.headers.get('location') ?? '';
      const read = await api.request('GET', location.replace('/api/v1', ''));
      expect(read.headers.get('etag')).to.equal('"1"');
      expect(read.body).to.deep.equal(created.body);
      expect(contactSchema.parse(read.body)).to.deep.include({
        ownerId: api.users.ann.id,
        displayName: 'Zoë 😀',
        values,
        hasPhoto: true,
        imported: false,
        createdAt: '2026-05-17T09:30:00.000Z',
        createdBy: api.users.ann.id,
        deletedAt: null,
      });
    });

    it('name every wrong and unknown field', async () => {
      const json = { values: { surname: 7, email1: 'no address', shoeSize: '44' }, colour: 'red' };
      const answer = await api.request('POST', '/crm/contacts', { json });
      expectProblem(answer, 422, 'body-invalid');
      expect(fieldsOf(answer)).to.have.members([
        'values.surname',
        'values.email1',
        'values.shoeSize',
        'colour',
      ]);
    });

    it('change by the version that was seen', async () => {
      const { id } = await create({ surname: 'A', jobTitle: 'Old', company: 'Kept' });
      const json = { values: { jobTitle: null, department: 'New' } };
      const path = `/crm/contacts/${id}`;
      const changed = await api.request('PATCH', path, { json, headers: { 'if-match': '"1"' } });
      expect(changed.status).to.equal(200);
      expect(changed.headers.get('etag')).to.equal('"2"');
      expect(changed.body.values).to.deep.equal({ surname: 'A', company: 'Kept', department: 'New' });
      const late = await api.request('PATCH', path, { json, headers: { 'if-match': '"1"' } });
      expectProblem(late, 412, 'version-mismatch');
      expect(late.headers.get('etag')).to.equal('"2"');
    });

    for (const ifMatch of ['W/"1"', '1', '"1", "2"', '"x"']) {
      it(`do not take ${ifMatch} for the version 1`, async () => {
        const { id } = await create({ surname: 'A' });
        const answer = await api.request('DELETE', `/crm/contacts/${id}`, {
          headers: { 'if-match': ifMatch },
        });
        expectProblem(answer, 412, 'version-mismatch');
      });
    }

    it('do not change or go without a version', async () => {
      const { id } = await create({ surname: 'A' });
      const path = `/crm/contacts/${id}`;
      const none = await api.request('PATCH', path, { json: { values: {} } });
      expectProblem(none, 428, 'if-match-missing');
      expect(none.headers.get('etag')).to.equal(null);
      expectProblem(await api.request('DELETE', path), 428, 'if-match-missing');
      expectProblem(
        await api.request('DELETE', path, { headers: { 'if-match': '*' } }),
        428,
        'if-match-missing',
      );
    });

    it('go for good, and stay listed as tombstones for who asks', async () => {
      const { id } = await create({ surname: 'Gone' });
      const path = `/crm/contacts/${id}`;
      const headers = { 'if-match': '"1"' };
      const removed = await api.request('DELETE', path, { headers });
      expect([removed.status, removed.text]).to.deep.equal([204, '']);
      expectProblem(await api.request('GET', path), 404, 'not-found');
      expectProblem(await api.request('DELETE', path, { headers }), 404, 'not-found');
      expect(names(await api.request('GET', '/crm/contacts'))).to.deep.equal([]);
      const answer = await api.request('GET', '/crm/contacts?includeDeleted=true');
      const [tombstone] = pageOf(answer);
      expect(tombstone).to.deep.include({
        id,
        revision: 2,
        values: {},
        deletedAt: '2026-05-17T09:30:00.000Z',
      });
    });

    it('are not read again by who has them', async () => {
      const { id } = await create({ surname: 'A' });
      const headers = { 'if-none-match': '"1"', 'cache-control': 'max-age=0' };
      expect((await api.request('GET', `/crm/contacts/${id}`, { headers })).status).to.equal(304);
    });
  });

  describe('whose contacts', () => {
    it('are his own for a user, without a trace of the others', async () => {
      const { id } = await create({ surname: "Ann's" });
      const headers = { 'if-match': '"1"' };
      const ben = { token: 'ben', headers };
      expectProblem(await api.request('GET', `/crm/contacts/${id}`, ben), 404, 'not-found');
      const json = { values: { surname: 'X' } };
      expectProblem(await api.request('PATCH', `/crm/contacts/${id}`, { ...ben, json }), 404, 'not-found');
      expectProblem(await api.request('DELETE', `/crm/contacts/${id}`, ben), 404, 'not-found');
      expect(names(await api.request('GET', '/crm/contacts', ben))).to.deep.equal([]);
      const others = await api.request('GET', `/crm/contacts?ownerId=${api.users.ann.id}`, ben);
      expectProblem(others, 403, 'right-missing');
    });

    it('are all of them for who manages users, and he may give them away', async () => {
      const { id } = await create({ surname: "Ann's" });
      const root = { token: 'root', headers: { 'if-match': '"1"' } };
      expect(names(await api.request('GET', '/crm/contacts', root))).to.deep.equal(["Ann's"]);
      const given = await api.request('PATCH', `/crm/contacts/${id}`, {
        ...root,
        json: { ownerId: api.users.ben.id },
      });
      expect(given.body).to.include({ ownerId: api.users.ben.id, revision: 2 });
      expect(names(await api.request('GET', '/crm/contacts', { token: 'ben' }))).to.deep.equal(["Ann's"]);
      await create({ surname: "Ben's" }, { token: 'root', ownerId: api.users.ben.id });
      const his = await api.request('GET', `/crm/contacts?sort=name&ownerId=${api.users.ben.id}`, root);
      expect(names(his)).to.deep.equal(["Ann's", "Ben's"]);
    });

    it('are never those of a user who does not exist, nor given away by who may not', async () => {
      const json = { values: {}, ownerId: 'nobody' };
      const unknown = await api.request('POST', '/crm/contacts', { token: 'root', json });
      expectProblem(unknown, 422, 'body-invalid');
      expect(fieldsOf(unknown)).to.deep.equal(['ownerId']);
      const given = await api.request('POST', '/crm/contacts', {
        json: { values: {}, ownerId: api.users.ben.id },
      });
      expectProblem(given, 403, 'right-missing');
    });

    it('are marked as imported by an administrator only, and only when they are created', async () => {
      const json = { values: { surname: 'I' }, imported: true };
      expectProblem(await api.request('POST', '/crm/contacts', { json }), 403, 'right-missing');
      const created = await api.request('POST', '/crm/contacts', { token: 'root', json });
      expect(created.body.imported).to.equal(true);
      const later = await api.request('PATCH', `/crm/contacts/${String(created.body.id)}`, {
        token: 'root',
        json: { imported: false },
        headers: { 'if-match': '"1"' },
      });
      expectProblem(later, 422, 'body-invalid');
    });
  });

  describe('a list', () => {
    it('is paged by its cursor', async () => {
      for (const surname of ['C', 'A', 'B', 'D', 'E']) await create({ surname });
      const pages: string[][] = [];
      let cursor = '';
      do {
        const answer = await api.request('GET', `/crm/contacts?sort=-name&limit=2${cursor}`);
        pages.push(names(answer));
        cursor = typeof answer.body.nextCursor === 'string' ? `&cursor=${answer.body.nextCursor}` : '';
      } while (cursor !== '');
      expect(pages).to.deep.equal([['E', 'D'], ['C', 'B'], ['A']]);
    });

    it('is filtered', async () => {
      await create({ surname: 'Smith', email2: 'smith@example.test', company: 'Acme' });
      await create({ surname: 'Smithers' });
      expect(names(await api.request('GET', '/crm/contacts?q=SMITH&sort=name'))).to.deep.equal([
        'Smith',
        'Smithers',
      ]);
      expect(names(await api.request('GET', '/crm/contacts?email=Smith%40example.test'))).to.deep.equal([
        'Smith',
      ]);
      expect(names(await api.request('GET', '/crm/contacts?accountName=acme'))).to.deep.equal(['Smith']);
      const since = (time: string) => `/crm/contacts?modifiedSince=${encodeURIComponent(time)}`;
      expect(names(await api.request('GET', since('2026-05-17T11:30:00+02:00')))).to.have.lengthOf(2);
      expect(names(await api.request('GET', since('2026-05-17T09:30:00.001Z')))).to.have.lengthOf(0);
    });

    const wrong = [
      ['limit=201', 'limit'],
      ['limit=0', 'limit'],
      ['limit=ten', 'limit'],
      ['sort=age', 'sort'],
      ['modifiedSince=yesterday', 'modifiedSince'],
      ['includeDeleted=1', 'includeDeleted'],
      ['page=2', 'page'],
      ['q=a&q=b', 'q'],
      ['cursor=bm9uc2Vuc2U', 'cursor'],
      [`sort=name&cursor=${Buffer.from('["modified",1,"a"]').toString('base64url')}`, 'cursor'],
      [`cursor=${Buffer.from('["modified","1 OR 1=1","a"]').toString('base64url')}`, 'cursor'],
    ] as const;
    for (const [query, field] of wrong) {
      it(`refuses ?${query.slice(0, 40)} and names ${field}`, async () => {
        const answer = await api.request('GET', `/crm/contacts?${query}`);
        expectProblem(answer, 400, 'query-invalid');
        expect(fieldsOf(answer)).to.deep.equal([field]);
      });
    }
  });

  describe('users', () => {
    it('are listed for who manages them', async () => {
      const answer = await api.request('GET', '/crm/users', { token: 'root' });
      const users = answer.body.users as { name: string; profile: { name: string } }[];
      expect(users.map(({ name, profile }) => `${name}: ${profile.name}`)).to.deep.equal([
        'ann: Standard',
        'ben: Standard',
        'root: System Administrator',
      ]);
      expectProblem(await api.request('GET', '/crm/users'), 403, 'right-missing');
    });

    it('know themselves', async () => {
      const { body } = await api.request('GET', '/crm/users/me');
      expect(body).to.include({ id: api.users.ann.id, email: 'ann@example.test', active: true });
    });
  });

  describe('whatever goes wrong', () => {
    it('is a problem document: unknown paths, methods, bodies', async () => {
      expectProblem(await api.request('GET', '/nothing'), 404, 'not-found');
      expectProblem(await api.request('GET', '/crm/contacts/%E0%A4%A'), 400, 'request-invalid');
      const put = await api.request('PUT', '/crm/contacts/x');
      expectProblem(put, 405, 'method-not-allowed');
      expect(put.headers.get('allow')).to.equal('GET, PATCH, DELETE, HEAD');
      expectProblem(
        await api.request('POST', '/crm/contacts', { json: '{"values":' }),
        400,
        'request-invalid',
      );
      expectProblem(await api.request('POST', '/crm/contacts', { json: '' }), 422, 'body-invalid');
      expectProblem(await api.request('POST', '/crm/contacts'), 415, 'not-json');
      const html = { json: '<p>', headers: { 'content-type': 'text/html' } };
      expectProblem(await api.request('POST', '/crm/contacts', html), 415, 'not-json');
    });

    it('is 413 for a body beyond 4 MB, while a photo of 2 MB fits', async () => {
      const large = { values: { notes: 'x'.repeat(4 * 1024 * 1024) } };
      expectProblem(await api.request('POST', '/crm/contacts', { json: large }), 413, 'too-large');
      const content = Buffer.alloc(2 * 1024 * 1024).toString('base64');
      await create({ surname: 'Big', photo: { mediaType: 'image/jpeg', content } });
    });

    it('is reported, and tells the caller nothing, when the database fails', async () => {
      await api.breakDatabase();
      const answer = await api.request('GET', '/crm/contacts');
      expectProblem(answer, 500, 'internal');
      expect(Object.keys(answer.body)).to.have.members(['type', 'title', 'status']);
      expect(api.reported).to.have.lengthOf(1);
    });
  });

  describe('GET /crm/contacts/{id}/sync', () => {
    it('says why a record is or is not in step, to those who may see it', async () => {
      const json = { values: { givenName: 'Why' } };
      const { id } = (await api.request('POST', '/crm/contacts', { json })).body as { id: string };
      const asked = await api.request('GET', `/crm/contacts/${id}/sync`);
      expect(asked.status).to.equal(200);
      expect(asked.body).to.deep.equal({
        verdict: 'inStep',
        because: `contacts ${id} of ${api.users.ann.id}`,
        remedy: null,
      });
      expect((await api.request('GET', `/crm/contacts/${id}/sync`, { token: 'ben' })).status).to.equal(404);
      expect((await api.request('GET', `/crm/contacts/${id}/sync`, { token: 'root' })).status).to.equal(200);
      const writes = await api.request('GET', `/crm/contacts/${id}/sync`, { token: 'ann-writes' });
      expect(writes.status).to.equal(403);
    });
  });
});
