import { expect } from 'chai';
import { startApi } from './api-server.ts';
import type { ApiServer } from './api-server.ts';

interface Result {
  readonly status: number;
  readonly id?: string;
  readonly revision?: number;
  readonly problem?: { readonly type: string; readonly errors?: readonly { readonly field: string }[] };
}

describe('bulk changes of contacts', () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const bulk = async (operations: unknown[], token = 'ann') => {
    const answer = await api.request('POST', '/crm/contacts/bulk', { token, json: { operations } });
    expect(answer.status, answer.text).to.equal(207);
    return answer.body.results as Result[];
  };
  const summary = (results: Result[]) =>
    results.map(({ status, problem }) =>
      problem ? `${status} ${problem.type.split(':').at(-1)}` : `${status}`,
    );

  it('answer each operation at its place, and one that fails stops no other', async () => {
    const [first, second] = await bulk([
      { op: 'create', values: { surname: 'One' } },
      { op: 'create', values: { surname: 'Two' } },
    ]);
    const results = await bulk([
      { op: 'update', id: first?.id, revision: 1, values: { jobTitle: 'New' } },
      { op: 'update', id: first?.id, revision: 1, values: { jobTitle: 'Late' } },
      { op: 'create', values: { shoeSize: '44' } },
      { op: 'rename' },
      { op: 'delete', id: second?.id, revision: 1 },
      { op: 'delete', id: 'nothing', revision: 1 },
      { op: 'update', id: second?.id, revision: 2, values: {} },
      { op: 'create', values: { surname: 'Three' } },
    ]);
    expect(summary(results)).to.deep.equal([
      '200',
      '412 version-mismatch',
      '422 body-invalid',
      '422 body-invalid',
      '204',
      '404 not-found',
      '404 not-found',
      '201',
    ]);
    expect(results[0]).to.deep.equal({ status: 200, id: first?.id, revision: 2 });
    expect(results[2]?.problem?.errors?.map(({ field }) => field)).to.deep.equal(['values.shoeSize']);
    const list = await api.request('GET', '/crm/contacts?sort=name');
    const values = (list.body.contacts as { values: object }[]).map((contact) => contact.values);
    expect(values).to.deep.equal([{ surname: 'One', jobTitle: 'New' }, { surname: 'Three' }]);
  });

  it("keep to the caller's rights in each operation", async () => {
    const [his] = await bulk([{ op: 'create', values: { surname: "Ben's" } }], 'ben');
    const results = await bulk([
      { op: 'create', values: {}, ownerId: api.users.ben.id },
      { op: 'create', values: {}, imported: true },
      { op: 'update', id: his?.id, revision: 1, values: { surname: 'Mine' } },
      { op: 'delete', id: his?.id, revision: 1 },
    ]);
    expect(summary(results)).to.deep.equal([
      '403 right-missing',
      '403 right-missing',
      '404 not-found',
      '404 not-found',
    ]);
  });

  it('take 100 operations and no more', async () => {
    const create = { op: 'create', values: { surname: 'Many' } };
    const results = await bulk(Array.from({ length: 100 }, () => create));
    expect(new Set(results.map(({ id }) => id)).size).to.equal(100);
    const json = { operations: Array.from({ length: 101 }, () => create) };
    expect((await api.request('POST', '/crm/contacts/bulk', { json })).status).to.equal(422);
    expect((await api.request('POST', '/crm/contacts/bulk', { json: { operations: [] } })).status).to.equal(
      422,
    );
  });
});
