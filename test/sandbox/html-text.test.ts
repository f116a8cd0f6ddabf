import { expect } from 'chai';
import { htmlContent, htmlToText } from '../../sandbox/exchange/html-text.ts';

const TEXTS: readonly (readonly [html: string, text: string])[] = [
  ['<html><head><title>no</title></head><body><p>One</p><p>Two</p></body></html>', 'One\r\nTwo'],
  ['One <br/> Two', 'One\r\nTwo'],
  ['One\r\n  two', 'One two'],
  ['One<!-- <p>no</p> -->Two', 'OneTwo'],
  [
    '<style>p { }</STYLE>a &lt;b&gt; &#233;&#xE9; &amp;lt; &unknown; c',
    'a <b> \u00e9\u00e9 &lt; &unknown; c',
  ],
  ['3 < 4 and 5 > 4', '3 < 4 and 5 > 4'],
  ['above<hr size="1">below', 'above\r\n________________________________\r\nbelow'],
  ['kept<!-- never ended <p>dropped</p>', 'kept'],
  ['kept<script>never ended</p>', 'kept'],
  ['kept<a href="never ended', 'kept'],
  ['<constructor>kept</constructor>', 'kept'],
];

const UNENDED: readonly string[] = [
  '<!--',
  '<head ',
  '<head>',
  '<hr ',
  '<',
  '<br>',
  '<body ',
  '<html ',
  ' ',
  '&',
  '</body',
];

describe('sandbox text of HTML', () => {
  for (const [html, text] of TEXTS) {
    it(`of ${JSON.stringify(html)}`, () => {
      expect(htmlToText(html)).to.equal(text);
    });
  }

  it('is what is inside of body', () => {
    expect(htmlContent('<html lang="en"><head></head><BODY class="a">in</Body></html>')).to.equal('in');
    expect(htmlContent('<html lang="en">in</html>')).to.equal('in');
    expect(htmlContent('in')).to.equal('in');
  });

  for (const piece of UNENDED) {
    it(`costs no more than its length when it is "${piece}" 100,000 times`, () => {
      const html = piece.repeat(100_000) + 'x';
      htmlToText(html);
      htmlContent(html);
    }).timeout(3_000);
  }
});
