import { expect } from 'chai';
import { createToken, listTokens, revokeToken } from '../../src/commands/tokens.ts';
import type { TokenOptions } from '../../src/commands/tokens.ts';
import type { Installation } from '../../src/composition/installation.ts';
import { createEmbeddedCrm } from '../../src/crm/embedded/embedded-crm.ts';
import { auditEntity } from '../../src/db/entities/audit.ts';
import { ConfigError } from '../../src/errors.ts';
import { rejection } from './rejection.ts';
import { onEachDatabase, testTime } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const dayMs = 24 * 3_600_000;

let test: TestDatabase;
let installation: Installation;

/** What a command prints on stdout. */
async function printed(command: () => Promise<void>): Promise<string> {
  const { stdout, stderr } = process;
  const [write, writeError] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
  let text = '';
  stdout.write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk);
    return true;
  };
  stderr.write = (): boolean => true;
  try {
    await command();
  } finally {
    stdout.write = write;
    stderr.write = writeError;
  }
  return text;
}

function create(options: Partial<TokenOptions> = {}, email = 'alice@example.test'): Promise<string> {
  const all = { name: 'importer', scopes: ['crm:read'], days: 90, ...options };
  return printed(() => createToken(installation, email, all));
}

onEachDatabase('exsync token', (openTestDatabase) => {
  beforeEach(async () => {
    test = await openTestDatabase();
    let ids = 0;
    const crm = createEmbeddedCrm(test.database, { clock: () => testTime, newId: () => `id-${++ids}` });
    for (const name of ['Alice', 'Bob']) {
      await crm.users.create({ name, email: `${name.toLowerCase()}@example.test`, profileId: 'standard' });
    }
    installation = { stores: test.stores, crm } as Installation;
  });
  afterEach(() => test.close());

  it('create prints a token that opens what its scopes say, and nothing else', async () => {
    const token = (await create({ scopes: ['crm:read', 'crm:read'], days: 3650 })).trimEnd();
    expect(token).to.match(/^exs_[\w-]{43}$/);
    expect((await test.stores.access.token(token))?.scopes).to.deep.equal(['crm:read']);
    const [stored] = await test.stores.access.tokens();
    expect(stored?.expiresAt).to.equal(testTime + 3650 * dayMs);
  });

  for (const { options, problem } of [
    { options: { scopes: ['crm:read', 'crm:foo'] }, problem: '--scopes: there is no "crm:foo"' },
    { options: { scopes: [''] }, problem: '--scopes: there is no ""' },
    { options: { scopes: [] }, problem: '--scopes: name at least one' },
    { options: { days: 0 }, problem: '--days' },
    { options: { days: 3651 }, problem: '--days' },
    { options: { days: 1.5 }, problem: '--days' },
    { options: { days: Number.NaN }, problem: '--days' },
    { options: { name: ' ' }, problem: '--name' },
  ]) {
    it(`create refuses ${JSON.stringify(options)} and makes no token`, async () => {
      expect((await rejection(create(options), ConfigError)).problems.join()).to.contain(problem);
      expect(await test.stores.access.tokens()).to.deep.equal([]);
    });
  }

  it('list shows whose tokens there are, without what opens anything', async () => {
    const alices = await create({ days: 1 });
    await create({ name: 'backup', scopes: ['crm:read', 'crm:write'] }, 'bob@example.test');
    const [first, second] = await test.stores.access.tokens();
    const table = await printed(() => listTokens(installation, { json: false }));
    expect(table.trimEnd().split('\n')).to.deep.equal([
      'ID            NAME      OWNER               SCOPES              CREATED     EXPIRES',
      `${first?.id}  importer  alice@example.test  crm:read            2024-05-06  2024-05-07`,
      `${second?.id}  backup    bob@example.test    crm:read,crm:write  2024-05-06  2024-08-04`,
    ]);
    const json = await printed(() => listTokens(installation, { email: 'alice@example.test', json: true }));
    expect(JSON.parse(json)).to.deep.equal([
      {
        id: first?.id,
        name: 'importer',
        owner: 'alice@example.test',
        scopes: ['crm:read'],
        createdAt: '2024-05-06T12:00:00.000Z',
        expiresAt: '2024-05-07T12:00:00.000Z',
      },
    ]);
    expect(table + json).to.not.contain(alices.trimEnd());
  });

  it('list says when there is none, and refuses an unknown user', async () => {
    expect(await printed(() => listTokens(installation, { json: false }))).to.equal('There is no token.\n');
    expect(await printed(() => listTokens(installation, { json: true }))).to.equal('[]\n');
    const unknown = listTokens(installation, { email: 'carol@example.test', json: true });
    expect((await rejection(unknown, ConfigError)).message).to.contain('carol@example.test');
  });

  it('revoke ends the token and writes it down', async () => {
    const token = (await create()).trimEnd();
    const [stored] = await test.stores.access.tokens();
    const id = stored?.id ?? '';
    expect(await printed(() => revokeToken(installation, id))).to.contain('importer');
    expect(await test.stores.access.token(token)).to.equal(null);
    const audit = await test.database.read((manager) => manager.find(auditEntity));
    expect(audit.map(({ what, details }) => [what, JSON.parse(details) as unknown])).to.deep.equal([
      ['token.created', { email: 'alice@example.test', name: 'importer', scopes: 'crm:read', days: 90 }],
      ['token.revoked', { id, name: 'importer' }],
    ]);
    expect((await rejection(revokeToken(installation, id), ConfigError)).message).to.contain('token list');
  });
});
