import { expect } from 'chai';
import fc from 'fast-check';
import { CsvReader } from '../../../src/crm/import/csv-reader.ts';
import type { CsvRow } from '../../../src/crm/import/csv-reader.ts';

function rowsOf(pieces: readonly string[], delimiter = ','): CsvRow[] {
  const reader = new CsvReader(delimiter);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

function shown(text: string): string[] {
  return rowsOf([text]).map((row) =>
    'cells' in row ? `${row.line} ${row.cells.join('|')}` : `${row.line} ! ${row.problem}`,
  );
}

describe('CSV reader', () => {
  it('counts the lines of the file, with any line end and within quotes', () => {
    expect(shown('a,b\r\n1,"x\r\ny\nz"\n\n2,w\r3,v')).to.deep.equal([
      '1 a|b',
      '2 1|x\r\ny\nz',
      '6 2|w',
      '7 3|v',
    ]);
  });

  it('unescapes doubled quotes, and takes a quote within a bare cell as a letter', () => {
    expect(shown('"say ""hi""",5" pipe,""\n')).to.deep.equal(['1 say "hi"|5" pipe|']);
  });

  it('gives up only the line of a broken quote', () => {
    expect(shown('"a","b"\n"1","broken\n"2","good"\n"3","go"od"\n"4","good"\n')).to.deep.equal([
      '1 a|b',
      '2 ! text after a closing quote',
      '3 2|good',
      '4 ! text after a closing quote',
      '5 4|good',
    ]);
    expect(shown('a,b\n1,"never closed\n2,x\n3,y\n')).to.deep.equal([
      '1 a|b',
      '2 ! a quote is opened and never closed',
      '3 2|x',
      '4 3|y',
    ]);
  });

  it('does not look for the end of a quote through the whole file', () => {
    const reader = new CsvReader(',');
    const heads = reader.push('a,b\n1,"never closed\n').length;
    const later = Array.from({ length: 12 }, () => reader.push(`2,${'x'.repeat(397)}\n`.repeat(1000)));
    const rows = later.flat();
    expect(heads).to.equal(1);
    expect(rows.filter((row) => 'problem' in row)).to.have.lengthOf(1);
    expect(rows.filter((row) => 'cells' in row)).to.have.lengthOf(12_000);
  });

  it('reads what was written, wherever the pieces end', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', ' '), maxLength: 6 });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(table, fc.array(fc.nat(40), { maxLength: 4 }), (rows, cuts) => {
        const filled = rows.filter((row) => row.some((one) => one !== ''));
        const text = rows
          .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(rowsOf(pieces).map((row) => ('cells' in row ? row.cells : row.problem))).to.deep.equal(filled);
        expect(rowsOf(pieces)).to.deep.equal(rowsOf([text]));
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
