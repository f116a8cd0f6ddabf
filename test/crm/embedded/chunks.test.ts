import { expect } from 'chai';
import { chunksOf } from '../../../src/crm/embedded/chunks.ts';

describe('chunksOf', () => {
  it('cuts after 500 rows and makes nothing of none', () => {
    const rows = Array.from({ length: 1_001 }, (_, index) => index);
    expect(chunksOf(rows).map((chunk) => chunk.length)).to.deep.equal([500, 500, 1]);
    expect(chunksOf([])).to.deep.equal([]);
  });

  it('cuts before rows get too large together, and gives a huge one a chunk of its own', () => {
    const sizes = [3_000_000, 900_000, 200_000, 9_000_000, 1];
    expect(chunksOf(sizes, (size) => size)).to.deep.equal([
      [3_000_000, 900_000],
      [200_000],
      [9_000_000],
      [1],
    ]);
  });
});
