/** What ships is checked without a container engine: by a linter, by rules of ours, and against what the code knows. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Instruction {
  readonly word: string;
  readonly text: string;
}

/** The stages of the Dockerfile: continued lines joined, comments left out. */
function stages(): Instruction[][] {
  const lines = read('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '');
  const found: Instruction[][] = [];
  for (const line of lines) {
    const [, word = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') found.push([]);
    found.at(-1)?.push({ word, text });
  }
  return found;
}

const all = (stage: readonly Instruction[] | undefined, word: string): string[] =>
  (stage ?? []).filter((one) => one.word === word).map(({ text }) => text);

/** NAME=value pairs of ENV instructions. */
function environmentOf(stage: readonly Instruction[] | undefined): Record<string, string> {
  const pairs = all(stage, 'ENV').flatMap((text) => text.split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<'database' | 'exsync', Service>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe('the Dockerfile', () => {
  it('has nothing a linter objects to', () => {
    expect(validate(read('Dockerfile'))).to.deep.equal([]);
    expect(validate('FROM node:24\nCPOY . .\n'), 'the linter sees mistakes').to.have.lengthOf(1);
  });

  it('builds by the commands that packaging/check.sh tries out', () => {
    const [build] = stages();
    const script = read('packaging/check.sh');
    expect(all(build, 'RUN')).to.have.lengthOf(3);
    for (const command of all(build, 'RUN')) expect(script).to.contain(`\n  ${command}\n`);
  });

  it('copies only what .dockerignore lets through, and .dockerignore only what is there', () => {
    const [build, image] = stages();
    const kept = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const path of kept) expect(existsSync(join(root, path)), path).to.equal(true);
    const sources = [build, image]
      .flatMap((stage) => all(stage, 'COPY'))
      .filter((text) => !text.startsWith('--from='))
      .flatMap((text) => text.split(' ').slice(0, -1));
    for (const source of sources) {
      expect(
        kept.some((path) => path === source || path.startsWith(`${source}/`)),
        source,
      ).to.equal(true);
    }
  });

  it('takes Node 24 in both stages, and runs unprivileged under a fixed number', () => {
    const [build, image] = stages();
    expect(all(build, 'FROM')).to.deep.equal(['node:24-bookworm AS build']);
    expect(all(image, 'FROM')).to.deep.equal(['node:24-bookworm-slim']);
    expect(all(image, 'USER')).to.deep.equal(['10777:10777']);
    expect(all(image, 'RUN')[0]).to.contain('--uid 10777').and.contain('--gid 10777');
    expect(all(image, 'VOLUME')).to.deep.equal(['/data']);
  });

  it('sets variables the program knows, and no secret', () => {
    const env = environmentOf(stages()[1]);
    const config = loadConfig({ env, cwd: '/data' });
    expect(config.database.url).to.equal('sqlite:/data/exsync.db');
    expect(config.secrets).to.include({ key: null, keyFile: '/data/exsync.key' });
    expect(Object.keys(env).filter((name) => /PASSWORD|SECRET_KEY$|TOKEN/.test(name))).to.deep.equal([]);
  });

  it('has a health check that is a program without faults, and fails where nobody listens', () => {
    const [check = ''] = all(stages()[1], 'HEALTHCHECK');
    const command = JSON.parse(check.slice(check.indexOf('CMD ') + 4)) as string[];
    expect(command[0]).to.equal('node');
    const env = { PATH: process.env['PATH'], EXSYNC_HTTP_PORT: '1' };
    const end = spawnSync(process.execPath, command.slice(1), { env, encoding: 'utf8' });
    expect([end.status, end.stderr]).to.deep.equal([1, '']);
  });
});

describe('compose.yaml', () => {
  const { services, secrets, volumes } = parse(read('compose.yaml')) as Compose;

  it('gives the daemon variables it knows', () => {
    const env = Object.fromEntries(
      Object.entries(services.exsync.environment).map(([name, value]) => [
        name,
        value
          .replace(/\$\{EXSYNC_DATABASE_PASSWORD:[^}]*\}/, 'c0ffee')
          .replace(/\$\{EXSYNC_PUBLIC_URL:[^}]*\}/, 'https://sync.example.com'),
      ]),
    );
    const config = loadConfig({ env: { ...environmentOf(stages()[1]), ...env } });
    expect(config.database.url).to.equal('mysql://exsync:c0ffee@database:3306/exsync?ssl=false');
    expect(config.http.publicUrl).to.equal('https://sync.example.com');
  });

  it('holds no password, and names only secrets and volumes it declares', () => {
    for (const { environment, secrets: used = [], volumes: mounts } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD$/.test(name)) expect(value, name).to.match(/^(yes|\/run\/secrets\/.*)$/);
      }
      for (const name of used) expect(secrets).to.have.property(name);
      for (const mount of mounts) expect(volumes).to.have.property(mount.split(':')[0] ?? '');
    }
  });

  it('starts the daemon once MySQL answers, and opens it to this machine alone', () => {
    expect(services.exsync.depends_on?.['database']?.condition).to.equal('service_healthy');
    expect(services.database.healthcheck?.test.at(-1)).to.contain('SELECT 1');
    expect(services.database.ports).to.equal(undefined);
    expect(services.exsync.ports).to.deep.equal(['127.0.0.1:8080:8080']);
  });
});

describe('the systemd unit', () => {
  const unit = read('packaging/exsync.service');

  it('sets variables the program knows', () => {
    const pairs = [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace('%d', '/run/credentials/exsync.service'),
    ]);
    const config = loadConfig({ env: Object.fromEntries(pairs) as Record<string, string> });
    expect(config.database.url).to.equal('sqlite:/var/lib/exsync/exsync.db');
    expect(config.secrets.keyFile).to.equal('/run/credentials/exsync.service/exsync.key');
  });

  it('waits longer for the end than the daemon takes for it', () => {
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
    expect(Number(seconds)).to.be.greaterThan(loadConfig({ env: {} }).sync.stopGraceSeconds);
  });

  it('is taken by systemd, and is exposed little', function () {
    const found = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
    if (found.error && process.env['CI'] !== 'true') {
      console.log('      SKIPPED: there is no systemd-analyze');
      this.skip();
    }
    const end = spawnSync('systemd-analyze', ['verify', join(root, 'packaging/exsync.service')], {
      encoding: 'utf8',
    });
    // That /usr/bin/node is not there is the machine's affair.
    const complaints = end.stderr.split('\n').filter((line) => /exsync\.service/.test(line));
    expect(complaints.filter((line) => !/Command .*node is not executable/.test(line))).to.deep.equal([]);
    const judged = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=30', join(root, 'packaging/exsync.service')],
      { encoding: 'utf8' },
    );
    expect(judged.status, judged.stdout.split('\n').slice(-3).join('\n')).to.equal(0);
  });
});

describe('packaging/exsync', () => {
  it('runs a command with the settings and the key of the daemon, and without rights', () => {
    const wrapper = join(root, 'packaging/exsync');
    if (process.getuid?.() !== 0) {
      const refused = spawnSync(wrapper, ['doctor'], { encoding: 'utf8' });
      expect([refused.status, refused.stderr]).to.deep.equal([
        2,
        'exsync: run this as root, such as: sudo exsync doctor\n',
      ]);
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), 'exsync-wrapper-'));
    try {
      const told = join(folder, 'told.mjs');
      writeFileSync(
        told,
        `const { env, argv, getuid } = process;
         console.log(JSON.stringify([argv.slice(2), env.EXSYNC_SECRET_KEY, env.EXSYNC_LOG_LEVEL, env.EXSYNC_KEY, getuid(), env.EXSYNC_DATABASE_URL, env.EXSYNC_PUBLIC_URL]));`,
      );
      writeFileSync(
        join(folder, 'settings'),
        '# a comment\n; another\nEXSYNC_LOG_LEVEL=debug\nEXSYNC_DATABASE_URL=mysql://u:a$b`id`@h/d?ssl=true&ssl-ca=/x y\n' +
          'EXSYNC_PUBLIC_URL="https://a.test/?a&$b"',
      );
      writeFileSync(join(folder, 'key'), 'the key\n', { mode: 0o600 });
      execFileSync('chmod', ['755', folder]);
      const env = {
        PATH: process.env['PATH'],
        EXSYNC_PROGRAM: told,
        EXSYNC_SETTINGS: join(folder, 'settings'),
        EXSYNC_KEY: join(folder, 'key'),
        EXSYNC_USER: 'nobody',
      };
      const said = execFileSync(wrapper, ['user', 'add', 'a b'], { env, encoding: 'utf8' });
      expect(JSON.parse(said)).to.deep.equal([
        ['user', 'add', 'a b'],
        'the key',
        'debug',
        null,
        65534,
        'mysql://u:a$b`id`@h/d?ssl=true&ssl-ca=/x y',
        'https://a.test/?a&$b',
      ]);
      const lost = spawnSync(wrapper, [], { env: { ...env, EXSYNC_KEY: '/nowhere' }, encoding: 'utf8' });
      expect(lost.status).to.equal(2);
      expect(lost.stderr).to.match(/^exsync: there is no key in \/nowhere; make one with: /);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('understands the settings as systemd does', function () {
    if (process.getuid?.() !== 0) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'exsync-wrapper-'));
    try {
      const told = join(folder, 'told.mjs');
      writeFileSync(
        told,
        `const { env, getuid } = process;
         console.log(JSON.stringify([getuid(), Object.entries(env).filter(([name]) => name.startsWith('T_')).sort()]));`,
      );
      // What each line says was compared with systemd 252.
      const settings = [
        ['T_01=plain words, with spaces  ', 'plain words, with spaces'],
        ['  T_02 =  after blanks\t', 'after blanks'],
        ['T_03=a#b ;c # d', 'a#b ;c # d'],
        ["T_04=it\"s $HOME `id` $(id) 'x'", "it\"s $HOME `id` $(id) 'x'"],
        ['T_05=C:\\\\data\\ \\$x', 'C:\\data $x'],
        ['T_06=one \\\n  two', 'one   two'],
        ['T_07="  kept  "  ', '  kept  '],
        ['T_08="say \\"hi\\" \\$1 \\`x\\` \\\\ \\n"', 'say "hi" $1 `x` \\ \\n'],
        ['T_09=\'no \\escapes\\ $x "y"\'', 'no \\escapes\\ $x "y"'],
        ['T_10="two\nlines"', 'two\nlines'],
        ['T_11="joined \\\nlines"', 'joined lines'],
        [`T_12="a" 'b' c "d"`, 'abc "d"'],
        ['T_13=', ''],
        ['T_14=a=b&c=$d', 'a=b&c=$d'],
        ['T_15=Größe 日本', 'Größe 日本'],
        ['T_16=with a line end of Windows\r', 'with a line end of Windows'],
        ['T_17="never closed\nT_18=x', 'never closed\nT_18=x'],
      ] as const;
      const others = ['# T_A=x', '; T_B=x', 'export T_C=x', 'T-D=x', '1T_E=x', 'T_F', 'user=root', ''];
      writeFileSync(
        join(folder, 'settings'),
        `${others.join('\n')}\n${settings.map(([line]) => line).join('\n')}`,
      );
      writeFileSync(join(folder, 'key'), 'the key\n', { mode: 0o600 });
      execFileSync('chmod', ['755', folder]);
      const env = {
        PATH: process.env['PATH'],
        EXSYNC_PROGRAM: told,
        EXSYNC_SETTINGS: join(folder, 'settings'),
        EXSYNC_KEY: join(folder, 'key'),
        EXSYNC_USER: 'nobody',
      };
      const said = execFileSync(join(root, 'packaging/exsync'), { env, encoding: 'utf8' });
      expect(JSON.parse(said)).to.deep.equal([
        65534,
        settings.map(([line, value]) => [/T_\d\d/.exec(line)?.[0], value]),
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
