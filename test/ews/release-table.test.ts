import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { fieldsOf } from '../../src/sync/fields.ts';
import { modules } from '../../src/sync/model.ts';
import { serverReleases } from '../../src/ews/server-release.ts';
import { ewsSchemas, unsupportedFields } from '../../src/ews/versions.ts';

const page = 'docs/exchange-setup.md';
const [begin, end] = ['<!-- releases:begin -->', '<!-- releases:end -->'];

/** One line a release, oldest first, as the code knows them. */
function releaseRows(): string[][] {
  return serverReleases.toReversed().map(({ name, from, schema, needs }) => {
    const version = from.join('.');
    if (schema === null) return [name, version, 'none', `refused: install ${needs}`];
    const held = modules.map((module) => {
      const lacking = unsupportedFields(ewsSchemas[schema], module);
      const all = fieldsOf[module].length;
      return lacking.length === 0
        ? `${module}: all ${all} fields`
        : `${module}: ${all - lacking.length} of ${all} fields, not ${lacking.join(', ')}`;
    });
    return [name, version, `\`${schema}\``, held.join('; ')];
  });
}

/** Cells of the table between the markers, its head and rule left out. */
function tableIn(text: string): string[][] {
  const section = text.slice(text.indexOf(begin) + begin.length, text.indexOf(end));
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table of releases in docs/exchange-setup.md', () => {
  it('says what the code does', () => {
    const text = readFileSync(page, 'utf8');
    expect(text).to.contain(begin).and.contain(end);
    expect(tableIn(text)).to.deep.equal(releaseRows());
  });
});
