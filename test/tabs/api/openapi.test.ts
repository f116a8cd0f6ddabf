import { expect } from 'chai';
import { startApi } from './api-server.ts';
import type { ApiServer } from './api-server.ts';

interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
interface DescribedOperation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

describe('the description of the API', () => {
  let api: ApiServer;
  let description: Description;
  before(async () => {
    api = await startApi();
    const answer = await api.request('GET', '/openapi.json', { token: null });
    expect(answer.status).to.equal(200);
    description = answer.body as unknown as Description;
  });
  after(() => api.close());

  const described = () =>
    Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );

  it('is OpenAPI 3.1 of this version', () => {
    expect(description.openapi).to.match(/^3\.1\./);
    expect(description.info.version).to.equal('1.2.3');
  });

  it('has every route that the router has, and no other', () => {
    const routed = api.router.stack.flatMap(({ route }) => {
      // router.all() only answers 405 there.
      const methods = (route as { methods?: Record<string, boolean> } | undefined)?.methods ?? {};
      const path = (route?.path ?? '').replace(/:(\w+)/g, '{$1}');
      return '_all' in methods ? [] : Object.keys(methods).map((method) => `${method} ${path}`);
    });
    expect(described().map(({ method, path }) => `${method} ${path}`)).to.have.members(routed);
    expect(routed).to.have.members([
      ...['contacts', 'tasks', 'events'].flatMap((records) => [
        `get /crm/${records}`,
        `post /crm/${records}`,
        `get /crm/${records}/{id}`,
        `patch /crm/${records}/{id}`,
        `delete /crm/${records}/{id}`,
        `post /crm/${records}/bulk`,
        `get /crm/${records}/{id}/sync`,
      ]),
      'get /crm/users',
      'get /crm/users/me',
      'get /openapi.json',
    ]);
  });

  it('describes routes that answer: none of them is not found or not allowed', async () => {
    for (const { method, path } of described()) {
      const answer = await api.request(method.toUpperCase(), path.replace('{id}', 'x'), { token: null });
      expect(answer.status, `${method} ${path}`).to.equal(path === '/openapi.json' ? 200 : 401);
    }
  });

  it('says what each operation takes and may answer', () => {
    const ids = new Set<string>();
    for (const { method, path, operation } of described()) {
      ids.add(operation.operationId);
      const where = `${method} ${path}`;
      const headers = (operation.parameters ?? [])
        .filter((one) => one.in === 'header')
        .map(({ name }) => name);
      const versioned = path.endsWith('{id}') && method !== 'get';
      expect(headers, where).to.deep.equal(versioned ? ['If-Match'] : []);
      expect(Boolean(operation.requestBody), where).to.equal(method === 'post' || method === 'patch');
      const statuses = Object.keys(operation.responses);
      if (path !== '/openapi.json') expect(statuses, where).to.include.members(['401', '403']);
      if (versioned) expect(statuses, where).to.include.members(['404', '412', '428']);
      if (path.includes('{id}')) expect(statuses, where).to.include('404');
      for (const { description: text } of Object.values(operation.responses))
        expect(text, where).not.to.equal('');
    }
    expect(ids.size).to.equal(described().length);
    const list = description.paths['/crm/contacts']?.get?.parameters ?? [];
    expect(list.map(({ name }) => name)).to.include.members([
      'q',
      'ownerId',
      'email',
      'modifiedSince',
      'cursor',
      'limit',
    ]);
    expect(list.filter(({ required }) => required)).to.deep.equal([]);
  });

  it('points only to schemas that it holds', () => {
    const text = JSON.stringify(description);
    const pointers = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, pointer]) => pointer ?? '');
    expect(pointers).not.to.be.empty;
    for (const pointer of pointers) {
      expect(pointer).to.match(/^#\/components\/schemas\/\w+$/);
      expect(description.components.schemas).to.have.property(pointer.split('/').at(-1) ?? '');
    }
  });
});
