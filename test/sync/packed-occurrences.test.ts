import { expect } from 'chai';
import { packValues, unpackValues } from '../../src/sync/packed-values.ts';

describe('packed values of a series', () => {
  it('still say that an exception is taken back and that an occurrence lost a value of its own', () => {
    const written = {
      '@2026-02-02T09:00:00': null,
      '@2026-02-02T09:00:00/subject': null,
      '@2026-02-09T09:00:00': 'changed',
      '@2026-02-09T09:00:00/location': null,
      end: '2026-01-26T10:00:00',
    };
    const stored: unknown = JSON.parse(JSON.stringify(packValues('events', written)));
    expect(unpackValues('events', stored as ReturnType<typeof packValues>)).to.deep.equal(written);
  });
});
