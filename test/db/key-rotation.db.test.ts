import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { auditEntity } from '../../src/db/entities/audit.ts';
import { credentialEntity } from '../../src/db/entities/credential.ts';
import { openKeyRing } from '../../src/db/key-ring.ts';
import { openKeys } from '../../src/db/key-rotation.ts';
import type { SecretKeySource } from '../../src/db/secret-key.ts';
import { createStores } from '../../src/db/stores.ts';
import { ConfigError } from '../../src/errors.ts';
import type { CredentialStore } from '../../src/sync/administration.ts';
import { rejection } from './rejection.ts';
import { onEachDatabase, testStoreOptions, testTime } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const passwords = { service: 'correct horse', alice: 'battery staple', bob: 'Pässwörd ✓' };

function keyOf(fill: number): string {
  return Buffer.alloc(32, fill).toString('base64');
}

onEachDatabase('a rotation of the key', (openTestDatabase) => {
  let test: TestDatabase;
  let folder: string;
  let file: string;
  beforeEach(async () => {
    test = await openTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'exsync-rotation-'));
    file = join(folder, 'exsync.key');
  });
  afterEach(async () => {
    await test.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (source: Partial<SecretKeySource> = {}) =>
    openKeys(test.database, { file, ...source }, () => testTime);

  function credentials(source: Partial<SecretKeySource> = {}): CredentialStore {
    return createStores(test.database, { ...testStoreOptions, keys: openKeyRing({ file, ...source }) })
      .credentials;
  }

  async function fill(source: Partial<SecretKeySource> = {}): Promise<CredentialStore> {
    const store = credentials(source);
    for (const [id, password] of Object.entries(passwords)) await store.save(id, `${id}@x.test`, password);
    return store;
  }

  async function readAll(store: CredentialStore): Promise<Record<string, string>> {
    const read = Object.keys(passwords).map(async (id) => [id, await store.password(id)] as const);
    return Object.fromEntries(await Promise.all(read));
  }

  const rows = () => test.database.read((manager) => manager.find(credentialEntity));
  const audits = () => test.database.read((manager) => manager.find(auditEntity));

  it('seals every secret anew, swaps the files and is written into the audit log', async () => {
    await fill();
    const before = { key: await readFile(file, 'utf8'), rows: await rows() };
    const rotation = await (await open()).rotate('exsync key');
    expect(rotation).to.deep.equal({
      keyId: openKeyRing({ file }).current().keyId,
      secrets: 3,
      formerKeyFile: `${file}.old`,
    });
    expect(await readAll(credentials())).to.deep.equal(passwords);
    for (const [index, row] of (await rows()).entries()) {
      expect(row.keyId).to.equal(rotation.keyId);
      expect(row.password).to.not.equal(before.rows[index]?.password);
    }
    expect(await readFile(`${file}.old`, 'utf8')).to.equal(before.key);
    expect(await readFile(file, 'utf8')).to.not.equal(before.key);
    expect((await readdir(folder)).sort()).to.deep.equal(['exsync.key', 'exsync.key.old']);
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).mode & 0o777, name).to.equal(0o600);
    }
    expect(await audits()).to.have.lengthOf(1);
    expect((await audits())[0]).to.include({ actor: 'exsync key', what: 'key.rotated', at: testTime });
    expect(JSON.parse((await audits())[0]?.details ?? '')).to.deep.equal({
      secrets: 3,
      keyId: rotation.keyId,
    });
  });

  it('is followed by a process that runs all the while, reading and writing', async () => {
    const running = await fill();
    await (await open()).rotate('exsync key');
    expect(await readAll(running)).to.deep.equal(passwords);
    await running.save('carol', 'carol', 'new');
    expect(new Set((await rows()).map(({ keyId }) => keyId)).size).to.equal(1);
    await (await open()).rotate('exsync key');
    expect(await running.password('carol')).to.equal('new');
  });

  it('goes over from one variable to the other and leaves the files alone', async () => {
    const both = { fromEnvironment: keyOf(1), nextFromEnvironment: keyOf(2) };
    const running = await fill(both);
    const onlyFormer = credentials({ fromEnvironment: keyOf(1) });
    const rotation = await (await open(both)).rotate('exsync key');
    expect(rotation).to.include({ secrets: 3, formerKeyFile: null });
    expect(await readAll(running)).to.deep.equal(passwords);
    expect(await readAll(credentials({ fromEnvironment: keyOf(2) }))).to.deep.equal(passwords);
    await rejection(onlyFormer.password('alice'), ConfigError);
    expect((await (await open(both)).rotate('exsync key')).secrets, 'done again').to.equal(0);
    expect(await audits()).to.have.lengthOf(1);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('needs the new key by a variable where the present one comes from one', async () => {
    await fill({ fromEnvironment: keyOf(1) });
    const one = await rejection((await open({ fromEnvironment: keyOf(1) })).rotate('x'), ConfigError);
    expect(one.message).to.match(/^EXSYNC_SECRET_KEY_NEW: give the new key.*openssl rand -base64 32$/);
    const same = { fromEnvironment: keyOf(1), nextFromEnvironment: keyOf(1) };
    const two = await rejection((await open(same)).rotate('x'), ConfigError);
    expect(two.message).to.match(/^EXSYNC_SECRET_KEY_NEW: this is the present key/);
    expect(await audits()).to.deep.equal([]);
  });

  it('refuses to begin with a wrong key, and touches nothing', async () => {
    await fill({ fromEnvironment: keyOf(1) });
    const before = await rows();
    const error = await rejection(
      open({ fromEnvironment: keyOf(3), nextFromEnvironment: keyOf(2) }),
      ConfigError,
    );
    expect(error.message).to.contain(before[0]?.keyId).and.not.contain(keyOf(3));
    // There is no key file at all: none is made, which would only hide that one is missing.
    const missing = await rejection(open(), ConfigError);
    expect(missing.message).to.contain(`there is no ${file}`);
    expect(await readdir(folder)).to.deep.equal([]);
    expect(await rows()).to.deep.equal(before);
  });

  it('changes nothing when a stored secret is damaged, and names it', async () => {
    await fill();
    const damaged = Buffer.alloc(40, 5).toString('base64');
    await test.database.transaction((manager) =>
      manager.update(credentialEntity, { id: 'bob' }, { password: damaged }),
    );
    const before = { rows: await rows(), key: await readFile(file, 'utf8') };
    const error = await rejection((await open()).rotate('x'), ConfigError);
    expect(error.message).to.contain('bob@x.test').and.contain('exsync user password');
    expect(await rows()).to.deep.equal(before.rows);
    expect(await readFile(file, 'utf8')).to.equal(before.key);
    // Once the password is given again, the same rotation goes on.
    const next = await readFile(`${file}.new`, 'utf8');
    await credentials().save('bob', 'bob@x.test', passwords.bob);
    expect(await (await open()).rotate('x')).to.include({ secrets: 3 });
    expect(await readFile(file, 'utf8')).to.equal(next);
    expect(await readAll(credentials())).to.deep.equal(passwords);
  });

  it('comes to one key when two go on at once', async () => {
    await fill();
    const [one, other] = [await open(), await open()];
    const ends = await Promise.allSettled([one.rotate('x'), other.rotate('x')]);
    expect(ends.some(({ status }) => status === 'fulfilled')).to.equal(true);
    const { keyId } = openKeyRing({ file }).current();
    expect((await rows()).map((row) => row.keyId)).to.deep.equal([keyId, keyId, keyId]);
    expect(await readAll(credentials())).to.deep.equal(passwords);
  });

  it('is found undone after an older database was put back, and can be done again', async () => {
    await fill();
    const backUp = await rows();
    await (await open()).rotate('x');
    await test.database.transaction(async (manager) => {
      for (const { id, password, keyId } of backUp)
        await manager.update(credentialEntity, { id }, { password, keyId });
    });
    const keys = await open();
    expect(keys.found).to.equal('formerKey');
    expect(await readAll(credentials())).to.deep.equal(passwords);
    expect(await keys.rotate('x')).to.include({ secrets: 3 });
    expect((await open()).found).to.equal('inOrder');
    expect(await readAll(credentials())).to.deep.equal(passwords);
  });

  it('is brought to its end at the next opening when only the files were left to swap', async () => {
    await fill();
    await copyFile(file, join(folder, 'kept'));
    await (await open()).rotate('x');
    await copyFile(file, `${file}.new`);
    await copyFile(join(folder, 'kept'), file);
    await rm(`${file}.old`);
    expect((await open()).found).to.equal('finishedRotation');
    expect((await open()).found).to.equal('inOrder');
    expect(await readFile(`${file}.old`, 'utf8')).to.equal(await readFile(join(folder, 'kept'), 'utf8'));
    expect(await readAll(credentials())).to.deep.equal(passwords);
  });

  it('says what it cannot write, and changes nothing', async () => {
    await fill();
    const before = await rows();
    const keys = await open();
    await mkdir(`${file}.new`, { mode: 0o700 });
    const error = await rejection(keys.rotate('x'), ConfigError);
    expect(error.message)
      .to.contain(`${file}.new cannot be read (EISDIR)`)
      .and.contain('EXSYNC_SECRET_KEY_NEW');
    expect(await rows()).to.deep.equal(before);
  });

  it('refuses a former key that others may read', async () => {
    await fill();
    await (await open()).rotate('x');
    await chmod(`${file}.old`, 0o604);
    expect((await rejection(open(), ConfigError)).message).to.contain(`chmod 600 ${file}.old`);
  });
});
