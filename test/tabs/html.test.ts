import { expect } from 'chai';
import { html } from '../../src/tabs/views/html.ts';
import { relativeTime } from '../../src/tabs/views/time.ts';

describe('html', () => {
  it('escapes whatever is put in, in text and in attributes', () => {
    const attack = `"><script>alert('x')</script>&\``;
    expect(html`<a title="${attack}">${attack}</a>`.toString()).to.equal(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&#96;">' +
        '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&#96;</a>',
    );
  });

  it('leaves its own results as they are and joins lists', () => {
    const items = ['<1>', '2'].map((item) => html`<b>${item}</b>`);
    expect(html`<p>${items}</p>`.toString()).to.equal('<p><b>&lt;1&gt;</b><b>2</b></p>');
  });

  it('does not take an object that only looks like markup', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(() => html`${forged}`.toString()).to.throw();
    expect(html`${['<b>']}`.toString()).to.equal('&lt;b&gt;');
  });

  it('shows nothing for null, undefined and false, and zero as 0', () => {
    expect(html`${null}${undefined}${false}${0}`.toString()).to.equal('0');
  });
});

describe('relativeTime', () => {
  const minuteMs = 60_000;
  const cases: readonly (readonly [number, string])[] = [
    [-10_000, 'just now'],
    [10_000, 'in a moment'],
    [-3 * minuteMs, '3 minutes ago'],
    [minuteMs, 'in 1 minute'],
    [-300 * minuteMs, '5 hours ago'],
    [2 * 1440 * minuteMs, 'in 2 days'],
  ];
  for (const [ms, text] of cases) {
    it(`says "${text}"`, () => expect(relativeTime(1e12 + ms, 1e12)).to.equal(text));
  }
});
