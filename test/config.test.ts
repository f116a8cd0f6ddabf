import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig, type Environment } from '../src/config.ts';
import { ConfigError } from '../src/errors.ts';

const shipped = join(import.meta.dirname, '../config');

describe('loadConfig', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'exsync-config-'));
    for (const file of ['default.yaml', 'custom-environment-variables.yaml']) write(file, read(file));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const read = (file: string): string => readFileSync(join(shipped, file), 'utf8');
  const write = (file: string, yaml: string): void => writeFileSync(join(dir, file), yaml);
  const load = (env: Environment = {}) => loadConfig({ dir, env, cwd: '/srv/exsync' });
  function problems(env: Environment = {}): readonly string[] {
    try {
      load(env);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  }

  it('is content with the shipped defaults and resolves their paths from the current directory', () => {
    const config = load();
    expect(config.database.url).to.equal('sqlite:/srv/exsync/data/exsync.db');
    expect(config.secrets).to.deep.equal({
      key: null,
      nextKey: null,
      keyFile: '/srv/exsync/data/exsync.key',
    });
    expect(config.http.port).to.equal(8080);
  });

  it('finds config/ beside package.json when no directory is named', () => {
    expect(loadConfig({ env: {} }).http.host).to.equal('127.0.0.1');
  });

  it('lets later sources win: default, NODE_ENV, local, environment', () => {
    write('production.yaml', 'http: { port: 1001, host: 10.0.0.1, sessionHours: 2 }');
    write('local.yaml', 'http: { port: 1002, host: 10.0.0.2 }');
    const { http } = load({ NODE_ENV: 'production', EXSYNC_HTTP_PORT: '1003' });
    expect([http.port, http.host, http.sessionHours]).to.deep.equal([1003, '10.0.0.2', 2]);
    expect(load({}).http.sessionHours).to.equal(12);
  });

  it('takes the shipped production example', () => {
    write('production.yaml', read('production.example.yaml'));
    expect(load({ NODE_ENV: 'production' }).http.frameAncestors).to.deep.equal(['https://crm.example.com']);
  });

  it('reads lists and treats an empty variable as not set', () => {
    const env = {
      EXSYNC_FRAME_ANCESTORS: 'https://a.example.com, https://b.example.com',
      EXSYNC_HTTP_HOST: '',
    };
    expect(load(env).http.frameAncestors).to.deep.equal(['https://a.example.com', 'https://b.example.com']);
    expect(load(env).http.host).to.equal('127.0.0.1');
  });

  it('tells every wrong value with its key, what was given, what was expected and where it came from', () => {
    write('local.yaml', 'log:\n  level: loud\nsync: 5\n');
    expect(problems({ EXSYNC_HTTP_PORT: '80a' })).to.deep.equal([
      'http.port: expected a whole number from 0 to 65535, not "80a" (from EXSYNC_HTTP_PORT)',
      `log.level: expected one of error, warn, info, debug, not "loud" (from ${dir}/local.yaml)`,
      `sync: expected keys with values below it, not 5 (from ${dir}/local.yaml)`,
    ]);
  });

  it('refuses unknown keys and variables and names the nearest known one', () => {
    write('local.yaml', 'http:\n  prot: 1\nnonsense: true\n');
    expect(problems({ EXSYNC_HTTP_PRT: '1', EXSYNC_LIGHTHOUSE: '1', PATH: '/bin' })).to.deep.equal([
      'EXSYNC_HTTP_PRT: there is no such variable; did you mean EXSYNC_HTTP_PORT?',
      'EXSYNC_LIGHTHOUSE: there is no such variable',
      `http.prot: there is no such key; did you mean port? (from ${dir}/local.yaml)`,
      `nonsense: there is no such key (from ${dir}/local.yaml)`,
    ]);
  });

  it('shows no secret, wherever it was put', () => {
    write('local.yaml', 'secrets: hunter2-section\nsetup:\n  exchangePassword: { hunter2: hunter2 }\n');
    const lines = problems({ EXSYNC_DATABASE_URL: 'postgres://app:hunter2@db/x' });
    expect(lines).to.have.length(3);
    expect(lines.join('\n')).not.to.match(/hunter2-section|app:|"hunter2"/);
    write('local.yaml', 'database:\n  url: "mysql://app:hunter2@db\n');
    expect(problems().join())
      .to.match(/local\.yaml: line \d is no valid YAML/)
      .and.not.contain('hunter2');
  });

  it('takes a key of 32 bytes in base64 only', () => {
    const bytes = Buffer.alloc(32, 7);
    expect(load({ EXSYNC_SECRET_KEY: bytes.toString('base64') }).secrets.key).to.have.length(44);
    expect(problems({ EXSYNC_SECRET_KEY: bytes.toString('hex') })).to.have.length(1);
    expect(problems({ EXSYNC_SECRET_KEY: bytes.subarray(1).toString('base64') })).to.have.length(1);
  });

  it('takes plain http for a public address on this machine only', () => {
    expect(problems({ EXSYNC_PUBLIC_URL: 'http://localhost:8080' })).to.deep.equal([]);
    expect(problems({ EXSYNC_PUBLIC_URL: 'https://sync.example.com' })).to.deep.equal([]);
    expect(problems({ EXSYNC_PUBLIC_URL: 'http://sync.example.com' })).to.have.length(1);
    expect(problems({ EXSYNC_PUBLIC_URL: 'https://sync.example.com/tab' })).to.have.length(1);
  });

  it('says that a directory without configuration cannot be read', () => {
    rmSync(join(dir, 'default.yaml'));
    expect(problems()).to.deep.equal([`${dir}/default.yaml: cannot be read (ENOENT)`]);
  });
});
