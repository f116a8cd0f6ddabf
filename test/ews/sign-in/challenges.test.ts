import { expect } from 'chai';
import { offers, readChallenges } from '../../../src/ews/sign-in/challenges.ts';

describe('challenges of a server', () => {
  const forms: [string, string | string[] | undefined, [string, string][]][] = [
    ['no header', undefined, []],
    ['an empty header', '', []],
    ['one scheme', 'Negotiate', [['negotiate', '']]],
    ['a scheme in another case', 'nTLM', [['ntlm', '']]],
    [
      'two schemes in one line',
      'Negotiate, NTLM',
      [
        ['negotiate', ''],
        ['ntlm', ''],
      ],
    ],
    [
      'a line each',
      ['NTLM', 'Basic realm="mail.example.test"'],
      [
        ['ntlm', ''],
        ['basic', 'realm="mail.example.test"'],
      ],
    ],
    ['a token', 'NTLM TlRMTVNTUAACAAAA==', [['ntlm', 'TlRMTVNTUAACAAAA==']]],
    [
      'a token beside another scheme',
      'Negotiate,NTLM TlRMTVNTUAACAAAA=',
      [
        ['negotiate', ''],
        ['ntlm', 'TlRMTVNTUAACAAAA='],
      ],
    ],
    [
      'parameters between commas',
      'Digest qop="auth", realm="a", nonce = "x", Basic realm="b", charset="UTF-8"',
      [
        ['digest', 'qop="auth"'],
        ['basic', 'realm="b"'],
      ],
    ],
    [
      'a scheme that only a quoted realm names',
      'Basic realm="old, NTLM \\", Negotiate"',
      [['basic', 'realm="old, NTLM \\", Negotiate"']],
    ],
    [
      'a quote that never ends',
      'Basic realm="x, NTLM',
      [
        ['basic', 'realm="x'],
        ['ntlm', ''],
      ],
    ],
    ['commas without anything between', ' , ,NTLM,', [['ntlm', '']]],
  ];
  for (const [name, header, expected] of forms) {
    it(`are read from ${name}`, () => {
      expect(readChallenges(header).map(({ scheme, rest }) => [scheme, rest])).to.deep.equal(expected);
    });
  }

  it('offer a scheme by its whole name only', () => {
    expect(offers(readChallenges('NTLMv9, Basics'), 'ntlm')).to.equal(false);
    expect(offers(readChallenges('negotiate, ntlm'), 'ntlm')).to.equal(true);
  });

  it('are read in no time from a header made to be slow', () => {
    const start = performance.now();
    readChallenges('"'.repeat(16_000) + 'a '.repeat(16_000));
    expect(performance.now() - start).to.be.below(500);
  });
});
