import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { conformancePage, idsIn, PAGE, REQUIREMENTS, requirementsMissing } from './conformance-table.ts';
import { runSandboxTests } from './conformance-tests.ts';

/** Requirements on servers alone that a test of behaviour asserts: more may come, none may go. */
const LEAST_BEHAVIOUR = 180;

function needRequirements(context: Mocha.Context): void {
  const missing = requirementsMissing();
  if (missing.length === 0) return;
  if (process.env['CI'] === 'true') throw new Error(`missing: ${missing.join(', ')}`);
  console.warn(`SKIPPED: missing ${missing.join(', ')}`);
  context.skip();
}

describe('sandbox conformance table', function () {
  this.timeout(120_000);

  it('reads every id of a title, however they are listed', () => {
    expect(idsIn('does things [MS-OXWSSYNC R37] [MS-OXWSTASK R1, R20]')).to.deep.equal([
      'MS-OXWSSYNC_R37',
      'MS-OXWSTASK_R1',
      'MS-OXWSTASK_R20',
    ]);
    expect(idsIn('does [other] things')).to.deep.equal([]);
  });

  it('refuses an id that does not exist, and one that is about clients', function () {
    needRequirements(this);
    const page = (id: string) => () =>
      conformancePage([{ file: 'a.test.ts', title: `x [MS-OXWSSYNC ${id}]` }]);
    const clients = readFileSync(REQUIREMENTS, 'utf8').match(/^MS-OXWSSYNC_(R\d+)\t[^\t]*\t[^\t]*\tClient/m);
    expect(page('R99999999')).to.throw('is no requirement');
    expect(page(clients?.[1] ?? '')).to.throw('is about clients');
  });

  it('is what npm run conformance would write now, with the behaviour of servers told from the form of answers', async function () {
    needRequirements(this);
    const { passed } = await runSandboxTests({ dry: true });
    const page = conformancePage(passed);
    const committed = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
    expect(committed === page, `${PAGE} is stale: npm run conformance`).to.equal(true);
    const ids = new Set(passed.flatMap(({ title }) => idsIn(title)));
    const [all, server, form, behaviour] = (/^\| all \| (.*) \|$/m.exec(page)?.[1] ?? '')
      .split(' | ')
      .map(Number);
    expect(all).to.equal(ids.size);
    expect(server).to.equal((form ?? 0) + (behaviour ?? 0));
    expect(form).to.be.above(0);
    expect(behaviour).to.be.at.least(LEAST_BEHAVIOUR);
  });
});
