import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { credentialEntity } from '../../src/db/entities/credential.ts';
import { signInLinkEntity } from '../../src/db/entities/access.ts';
import { createSecretBox } from '../../src/db/secret-box.ts';
import { openKeys } from '../../src/db/key-rotation.ts';
import { openKeyRing } from '../../src/db/key-ring.ts';
import { createStores } from '../../src/db/stores.ts';
import { ConfigError } from '../../src/errors.ts';
import { rejection } from './rejection.ts';
import { onEachDatabase, testKeyRing, testStoreOptions, testTime } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const password = 'correct horse battery staple';

async function filesBeside(file: string): Promise<string> {
  const names = await readdir(dirname(file));
  const contents = await Promise.all(names.map((name) => readFile(join(dirname(file), name), 'latin1')));
  return contents.join();
}

async function everyRow({ database }: TestDatabase): Promise<string> {
  const { entityMetadatas } = database.dataSource;
  const tables = await database.read((manager) =>
    Promise.all(
      entityMetadatas.map(({ tableName }) => manager.query<unknown[]>(`SELECT * FROM ${tableName}`)),
    ),
  );
  return JSON.stringify(tables);
}

onEachDatabase('CredentialStore', (openTestDatabase) => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await openTestDatabase({ inFile: true });
  });
  afterEach(() => test.close());

  it('gives the password back, and the rest without it', async () => {
    const { credentials } = test.stores;
    expect(await credentials.get('service')).to.equal(null);
    await rejection(credentials.password('service'), Error);
    await credentials.save('service', 'svc@example.test', password);
    expect(await credentials.password('service')).to.equal(password);
    expect(await credentials.get('service')).to.deep.equal({
      id: 'service',
      username: 'svc@example.test',
      pausedReason: null,
    });
  });

  it('stays paused until a password is saved', async () => {
    const { credentials } = test.stores;
    await rejection(credentials.pause('service', 'refused'), Error);
    await credentials.save('service', 'svc', password);
    await credentials.pause('service', 'The server refused the password.');
    expect(await credentials.get('service')).to.include({ pausedReason: 'The server refused the password.' });
    await credentials.save('service', 'svc', 'another');
    expect(await credentials.get('service')).to.include({ pausedReason: null });
    expect(await credentials.password('service')).to.equal('another');
  });

  it('refuses a wrong key before it reads or writes anything with it', async () => {
    await test.stores.credentials.save('service', 'svc', password);
    const { credentials } = createStores(test.database, { ...testStoreOptions, keys: testKeyRing(8) });
    await rejection(credentials.password('service'), ConfigError);
    await rejection(credentials.save('other', 'svc', 'x'), ConfigError);
    const fromEnvironment = Buffer.alloc(32, 8).toString('base64');
    const opening = openKeys(test.database, { fromEnvironment, file: '/nowhere/key' }, () => testTime);
    const error = await rejection(opening, ConfigError);
    expect(error.message)
      .to.contain('EXSYNC_SECRET_KEY')
      .and.contain(testKeyRing().current().keyId)
      .and.not.contain(fromEnvironment);
    expect(await test.stores.credentials.password('service')).to.equal(password);
  });

  it('opens no ciphertext that was moved to another row or changed', async () => {
    const { credentials } = test.stores;
    await credentials.save('service', 'svc', password);
    await credentials.save('mallory', 'mallory', 'x');
    const { password: sealed } = await test.database.read((manager) =>
      manager.findOneByOrFail(credentialEntity, { id: 'service' }),
    );
    const put = (text: string) =>
      test.database.transaction((manager) =>
        manager.update(credentialEntity, { id: 'mallory' }, { password: text }),
      );
    await put(sealed);
    await rejection(credentials.password('mallory'), Error);
    await put(Buffer.from('short').toString('base64'));
    await rejection(credentials.password('mallory'), Error);
  });

  it('and AccessStore leave no secret in clear where it lies', async () => {
    const { credentials, access } = test.stores;
    await credentials.save('service', 'svc-in-clear', password);
    const signIn = await access.createSignInLink('user-1', 1_000);
    const { secret: session } = await access.createSession('user-1', 1_000);
    const token = await access.createToken('user-1', 'importer', ['crm:read'], 1_000);
    const stored = test.file === null ? await everyRow(test) : await filesBeside(test.file);
    expect(stored.includes('svc-in-clear')).to.equal(true);
    for (const secret of [password, signIn, session, token, token.slice('exs_'.length)]) {
      expect(stored.includes(secret)).to.equal(false);
    }
  });
});

describe('SecretBox', () => {
  it('never seals the same twice alike', () => {
    const box = createSecretBox(Buffer.alloc(32, 1));
    const place = ['credentials', 'a', 'password'] as const;
    const [one, two] = [box.seal(place, 'x'), box.seal(place, 'x')];
    expect(one).to.not.equal(two);
    expect([box.open(place, one), box.open(place, two)]).to.deep.equal(['x', 'x']);
    expect(() => box.open(['credentials', 'a', 'username'], one)).to.throw();
  });
});

onEachDatabase('AccessStore', (openTestDatabase) => {
  let test: TestDatabase;
  let now: number;
  beforeEach(async () => {
    now = testTime;
    test = await openTestDatabase({ clock: () => now });
  });
  afterEach(() => test.close());

  it('lets a sign-in link in once, also of two at the same time', async () => {
    const { access } = test.stores;
    const secret = await access.createSignInLink('user-1', 1_000);
    expect(secret).to.match(/^[\w-]{43}$/);
    const redeemed = await Promise.all([access.redeemSignInLink(secret), access.redeemSignInLink(secret)]);
    expect(redeemed).to.have.members(['user-1', null]);
    expect(await access.redeemSignInLink('guess')).to.equal(null);
  });

  it('lets nothing in that has expired, and throws it away', async () => {
    const { access } = test.stores;
    const link = await access.createSignInLink('user-1', 1_000);
    const { secret } = await access.createSession('user-1', 1_000);
    const token = await access.createToken('user-1', 'importer', ['crm:read'], 1_000);
    now += 1_000;
    expect(await access.session(secret)).to.equal(null);
    expect(await access.token(token)).to.equal(null);
    await access.createSignInLink('user-2', 1_000);
    const left = await test.database.read((manager) => manager.count(signInLinkEntity));
    expect(left).to.equal(1);
    expect(await access.redeemSignInLink(link)).to.equal(null);
  });

  it('keeps a session until it ends', async () => {
    const { access } = test.stores;
    const { secret, csrfToken } = await access.createSession('user-1', 1_000);
    expect(csrfToken).to.not.equal(secret);
    expect(await access.session(secret)).to.deep.equal({ crmUserId: 'user-1', csrfToken });
    await access.endSession(secret);
    expect(await access.session(secret)).to.equal(null);
  });

  it('knows a token by its scopes and its prefix', async () => {
    const { access } = test.stores;
    const token = await access.createToken('user-1', 'importer', ['crm:read', 'crm:write'], 1_000);
    expect(token).to.match(/^exs_[\w-]{43}$/);
    expect(await access.token(token)).to.deep.equal({
      crmUserId: 'user-1',
      scopes: ['crm:read', 'crm:write'],
    });
    expect(await access.token(token.slice(4))).to.equal(null);
  });

  it('lists the tokens that are still good, of one user or of all, and never their hash', async () => {
    const { access } = test.stores;
    await access.createToken('user-1', 'short', ['crm:read'], 1_000);
    await access.createToken('user-2', 'later', ['crm:read', 'crm:write'], 9_000);
    await access.createToken('user-1', 'sooner', ['crm:write'], 5_000);
    now += 1_000;
    const all = await access.tokens();
    expect(all.map(({ id: _id, ...token }) => token)).to.deep.equal([
      {
        name: 'sooner',
        crmUserId: 'user-1',
        scopes: ['crm:write'],
        createdAt: testTime,
        expiresAt: testTime + 5_000,
      },
      {
        name: 'later',
        crmUserId: 'user-2',
        scopes: ['crm:read', 'crm:write'],
        createdAt: testTime,
        expiresAt: testTime + 9_000,
      },
    ]);
    for (const { id } of all) expect(id).to.match(/^[0-9a-f]{12}$/);
    expect(await access.tokens('user-2')).to.deep.equal([all[1]]);
    expect(await access.tokens('nobody')).to.deep.equal([]);
  });

  it('revokes one token at once', async () => {
    const { access } = test.stores;
    const kept = await access.createToken('user-1', 'kept', ['crm:read'], 9_000);
    const leaked = await access.createToken('user-1', 'leaked', ['crm:read'], 1_000);
    const [first] = await access.tokens();
    expect(await access.revokeToken(first?.id ?? '')).to.equal(true);
    expect(await access.token(leaked)).to.equal(null);
    expect(await access.token(kept)).to.not.equal(null);
    expect(await access.revokeToken(first?.id ?? '')).to.equal(false);
  });
});

describe('KeyRing', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exsync-key-'));
    file = join(folder, 'keys', 'secret.key');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('makes a key file for the owner alone and reads it again', async () => {
    const { keyId } = openKeyRing({ file }).current();
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(await readFile(file, 'utf8')).to.match(/^[A-Za-z0-9+/]{43}=\n$/);
    expect(await readdir(dirname(file))).to.deep.equal(['secret.key']);
    expect(openKeyRing({ file }).current().keyId).to.equal(keyId);
    expect(openKeyRing({ file }).find(keyId)?.keyId).to.equal(keyId);
  });

  it('takes the key of the environment and makes no file', async () => {
    const fromEnvironment = Buffer.alloc(32, 9).toString('base64');
    const { keyId } = createSecretBox(Buffer.alloc(32, 9));
    expect(openKeyRing({ fromEnvironment, file }).current().keyId).to.equal(keyId);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('gives up at once on a folder that cannot be made', () => {
    expect(() => openKeyRing({ file: '/proc/nope/keys/secret.key' }).current()).to.throw(
      ConfigError,
      'ENOENT',
    );
  });

  it('refuses a key of the wrong length without repeating it', () => {
    const fromEnvironment = Buffer.alloc(16, 9).toString('base64');
    expect(() => openKeyRing({ fromEnvironment, file }))
      .to.throw(ConfigError, 'EXSYNC_SECRET_KEY')
      .with.property('message')
      .that.does.not.contain(fromEnvironment);
    expect(() => openKeyRing({ fromEnvironment: 'not base64!', file })).to.throw(ConfigError);
  });

  it('refuses a file that others may read and says how to mend it', async () => {
    openKeyRing({ file }).current();
    await chmod(file, 0o644);
    expect(() => openKeyRing({ file }).current()).to.throw(ConfigError, `chmod 600 ${file}`);
  });

  it('refuses an empty file instead of making another key', async () => {
    openKeyRing({ file }).current();
    await writeFile(file, '');
    expect(() => openKeyRing({ file }).current()).to.throw(ConfigError, file);
  });
});
