/** What `exsync user add` refuses, as a process: it says why and leaves nothing behind. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { exsync } from './exsync-program.ts';
import type { Finished } from './exsync-program.ts';
import type { SignIn } from './setting.ts';

const bob = 'bob@example.test';

describe('exsync user add', function () {
  this.timeout(180_000);

  let company: CompanyInside;
  afterEach(() => company.close());

  const add = (args: readonly string[], stdin = ''): Promise<Finished> =>
    exsync(['user', 'add', ...args], { env: company.env, stdin });

  /** Everything that adding somebody writes. */
  function present(): unknown {
    const database = new Database(join(company.folder, 'exsync.db'), { readonly: true });
    try {
      const tables = ['crm_users', 'mailboxes', 'credentials', 'audit'];
      return tables.map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]);
    } finally {
      database.close();
    }
  }

  async function expectRefusals(
    refusals: readonly (readonly [args: readonly string[], stdin: string, says: RegExp])[],
  ): Promise<void> {
    const before = present();
    const ends = await Promise.all(
      refusals.map(async ([args, stdin, says]) => ({ args, says, ...(await add(args, stdin)) })),
    );
    for (const { args, says, ...end } of ends) {
      expect(end.stderr, args.join(' '))
        .to.match(says)
        .and.match(/^exsync: [^\n]*\n$/);
      expect(end, args.join(' ')).to.include({ code: 2, stdout: '' });
    }
    expect(present()).to.deep.equal(before);
  }

  async function begin(signIn: SignIn): Promise<void> {
    company = await startCompany({ signIn });
  }

  it('refuses whom it cannot add under impersonation, and leaves nothing behind', async () => {
    await begin('basic impersonation');
    const long = `${'a'.repeat(250)}@example.test`;
    await expectRefusals([
      [['bob'], '', /"bob" is no e-mail address/],
      [[bob, '--mailbox', 'bob at example'], '', /"bob at example" is no e-mail address/],
      [[bob, '--profile', 'owner'], '', /--profile: there is no "owner"; there is .*\bstandard\b/],
      [['ALICE@example.test'], '', /there is a user with this address; `exsync user sync`/],
      [[bob, '--mailbox', 'Alice@Example.Test'], '', /belongs to another user/],
      [[bob, '--name', ' '], '', /needs a name/],
      [[long], '', /address of at most 255 characters/],
      [[bob, '--mailbox', long], '', /at most 255 characters/],
    ]);
    expect(await add([bob])).to.include({ code: 0, stdout: `Added bob <${bob}> with the mailbox ${bob}.\n` });
  });

  it('refuses a password that Exchange does not take, and leaves nothing behind', async () => {
    await begin('basic individual');
    await expectRefusals([
      [[bob], '', /Password of bob@example\.test: nothing was given/],
      [[bob], 'not it\n', /refuses/],
      [[bob, '--mailbox', alice], 'bob\n', /belongs to another user/],
      [[bob, '--mailbox', 'carol@example.test', '--username', bob], 'bob\n', /access|carol@example\.test/i],
    ]);
    expect(await add([bob], 'bob\n')).to.include({ code: 0 });
  });

  it('refuses a mailbox where Exchange does not answer, and leaves nothing behind', async () => {
    await begin('basic individual');
    await company.setExchange({ url: 'http://127.0.0.1:1/EWS/Exchange.asmx' });
    await expectRefusals([[[bob], 'bob\n', /127\.0\.0\.1:1/]]);
    expect(await add([bob, '--no-sync'])).to.include({ code: 0, stdout: `Added bob <${bob}>.\n` });
  });
});
