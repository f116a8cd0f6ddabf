/** `npm run conformance`: runs the tests of the sandbox and writes docs/sandbox-conformance.md from those that passed. */
import { writeFileSync } from 'node:fs';
import { conformancePage, idsIn, PAGE, requirementsMissing } from './conformance-table.ts';
import { runSandboxTests } from './conformance-tests.ts';

const missing = requirementsMissing();
if (missing.length > 0) {
  process.stderr.write(`conformance: ${missing.join(' and ')} missing\n`);
  process.exit(2);
}
const { passed, others } = await runSandboxTests({ dry: false });
const unproven = others.filter(({ title }) => idsIn(title).length > 0);
for (const { file, title } of unproven) process.stderr.write(`did not pass: ${file}: ${title}\n`);
writeFileSync(PAGE, conformancePage(passed));
process.stdout.write(
  `${PAGE}: ${new Set(passed.flatMap(({ title }) => idsIn(title))).size} requirements asserted\n`,
);
process.exitCode = unproven.length > 0 ? 1 : 0;
