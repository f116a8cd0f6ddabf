import { expect } from 'chai';
import type { FieldKind } from '../../src/sync/field-spec.ts';
import type { SealedValue } from '../../src/sync/model.ts';
import { isFilled, isTruncation, normalizeText, sameValue } from '../../src/sync/values.ts';

const blob = (hash: string, size = 1000): SealedValue => ({ hash, size, mediaType: 'text/plain' });

describe('sameValue', () => {
  const same: readonly (readonly [string, FieldKind, SealedValue, SealedValue])[] = [
    ['white space at the ends', 'text', ' Ada ', 'Ada'],
    ['white space inside a line', 'text', 'Ada  King\tLovelace', 'Ada King Lovelace'],
    ['line ends of other systems', 'longText', 'one\r\ntwo\rthree', 'one\ntwo\nthree'],
    ['white space around the lines of a street', 'text', '1 Court \r\n Floor 2', '1 Court\nFloor 2'],
    ['composed and decomposed letters', 'text', 'Zoe\u0308', 'Zo\u00eb'],
    ['the case of an address', 'email', 'Ada@Example.TEST', 'ada@example.test'],
    ['an empty text and nothing', 'text', '', null],
    ['blanks and nothing', 'longText', ' \r\n ', null],
    ['no tags and nothing', 'tags', [], null],
    ['the order of tags', 'tags', ['VIP', 'Customer'], ['Customer', 'VIP']],
    ['blanks around tags, and empty ones', 'tags', [' VIP', ''], ['VIP']],
    ['two blobs of one hash', 'longText', blob('1'), blob('1', 1002)],
  ];
  for (const [what, kind, one, other] of same) {
    it(`does not care for ${what}`, () => {
      expect(sameValue(kind, one, other)).to.equal(true);
      expect(sameValue(kind, other, one)).to.equal(true);
    });
  }

  const different: readonly (readonly [string, FieldKind, SealedValue, SealedValue])[] = [
    ['the case of a name', 'text', 'ada', 'Ada'],
    ['the case of a tag', 'tags', ['vip'], ['VIP']],
    ['white space inside notes', 'longText', 'a  b', 'a b'],
    ['line breaks in a street', 'text', '1 Court\nFloor 2', '1 Court Floor 2'],
    ['one tag more', 'tags', ['A', 'B'], ['A']],
    ['a tag that holds two', 'tags', ['A B'], ['A', 'B']],
    ['a tag twice', 'tags', ['A', 'A'], ['B']],
    ['two hashes', 'photo', blob('1'), blob('2')],
    ['a value and nothing', 'phone', '+1', null],
    ['days', 'date', '2020-02-28', '2020-02-29'],
  ];
  for (const [what, kind, one, other] of different) {
    it(`tells apart ${what}`, () => {
      expect(sameValue(kind, one, other)).to.equal(false);
      expect(sameValue(kind, other, one)).to.equal(false);
    });
  }
});

describe('isFilled', () => {
  it('is true for what a person would miss', () => {
    for (const value of ['a', ['A'], blob('1')]) expect(isFilled(value)).to.equal(true);
    for (const value of ['', ' \n', [], null, undefined]) expect(isFilled(value)).to.equal(false);
  });
});

describe('normalizeText', () => {
  it('makes of a text what every server may make of it', () => {
    expect(normalizeText(' a\r\nb\rc \n')).to.equal('a\nb\nc');
  });
});

describe('isTruncation', () => {
  const long = 'An extraordinarily long name of a company. '.repeat(10).trim();

  it('recognises a text that a server cut at 255 characters or more', () => {
    expect(isTruncation(long, long.slice(0, 255))).to.equal(true);
    expect(isTruncation(long, long.slice(0, 256))).to.equal(true);
  });

  it('recognises it when the server spells line ends its own way', () => {
    const lines = 'a line of a street\n'.repeat(30);
    expect(isTruncation(lines, lines.replaceAll('\n', '\r\n').slice(0, 300))).to.equal(true);
  });

  it('takes everything else for an edit', () => {
    expect(isTruncation(long, long), 'nothing was cut').to.equal(false);
    expect(isTruncation(long, long.slice(0, 100)), 'no server cuts there').to.equal(false);
    expect(isTruncation(long, `X${long.slice(1, 300)}`), 'another text').to.equal(false);
    expect(isTruncation(long.slice(0, 300), long), 'a longer one').to.equal(false);
    expect(isTruncation(long, null), 'cleared').to.equal(false);
    expect(isTruncation(null, long.slice(0, 300)), 'filled').to.equal(false);
  });
});
