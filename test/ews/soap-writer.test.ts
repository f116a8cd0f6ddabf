import { expect } from 'chai';
import fc from 'fast-check';
import { readXml, shapes } from '../../src/ews/soap-reader.ts';
import { cleanText, escapeAttribute, escapeText, textElement } from '../../src/ews/soap-writer.ts';

describe('SOAP writer', () => {
  it('escapes what XML gives a meaning', () => {
    expect(escapeText(`a & <b> "c" ]]> 'd'`)).to.equal(`a &amp; &lt;b&gt; "c" ]]&gt; 'd'`);
    expect(escapeAttribute('a "b"\n\t\r<')).to.equal('a &quot;b&quot;&#xA;&#x9;&#xD;&lt;');
  });

  it('removes what XML 1.0 forbids and nothing else', () => {
    expect(cleanText('a\u0000\u0008\u000b\u001f\ufffe\uffffb\t\n\r\u007f\u0085😀')).to.equal(
      'ab\t\n\r\u007f\u0085😀',
    );
    expect(cleanText('x\ud83dy\ude00z')).to.equal('x\ufffdy\ufffdz');
  });

  it('writes text and attributes that a parser reads back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const read: string[] = [];
        const attributes: (string | undefined)[] = [];
        readXml(
          textElement('a', value, ` b="${escapeAttribute(value)}"`),
          {
            children: shapes<null>({
              a: {
                open: (_context, given) => attributes.push(given['b']),
                text: (_context, text) => read.push(text),
              },
            }),
          },
          () => null,
        );
        expect(read).to.deep.equal([cleanText(value)]);
        expect(attributes).to.deep.equal([cleanText(value)]);
      }),
      { numRuns: 500, seed: 4712 },
    );
  });
});
