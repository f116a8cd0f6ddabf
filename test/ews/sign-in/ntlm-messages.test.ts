import { expect } from 'chai';
import { provesPassword, readAnswer } from '../../../sandbox/exchange/security/ntlm.ts';
import type { NtlmAnswer } from '../../../src/ews/sign-in/ntlm-messages.ts';
import {
  clientChallenge,
  domainOf,
  readChallenge,
  writeAuthenticate,
  writeNegotiate,
} from '../../../src/ews/sign-in/ntlm-messages.ts';
import { accountKey, proveAccount } from '../../../src/ews/sign-in/ntlm-proof.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const account = { user: 'User', domain: 'Domain', password: 'Password' };

/** [MS-NLMP] 4.2.4.3: the challenge of "Server" in "Domain", which sends no time. */
const challengeOfSpec = hex(`
  4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 2400240044000000 060070170000000f
  530065007200760065007200
  02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000`);
/** The same with flags (1), a time and a part we do not know (0x63). */
const challengeOfToday = hex(`
  4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 3900390044000000 060070170000000f
  530065007200760065007200
  02000c0044006f006d00610069006e00 0600040001000000 0700080000112233445566d7 63000100ff
  01000800530065007200760000000000`);
const nonce = hex('aaaaaaaaaaaaaaaa');

function answerTo(challenge: Buffer, details: Partial<NtlmAnswer> = {}): Buffer {
  const read = readChallenge(challenge);
  if (!read) throw new Error('the fixture is no challenge');
  return writeAuthenticate({
    account,
    negotiate: writeNegotiate(),
    challenge: read,
    workstation: 'COMPUTER',
    targetName: 'HTTP/Server',
    channelBinding: hex('6586e99d81c2fc984e47172fd4dd0310'),
    nonce,
    nowMs: 0,
    ...details,
  });
}

/** A part of a message by the place of its length in the head. */
function part(message: Buffer, at: number): Buffer {
  const offset = message.readUInt32LE(at + 4);
  return message.subarray(offset, offset + message.readUInt16LE(at));
}

function attributesOf(message: Buffer): [number, string][] {
  const list = part(message, 20).subarray(16 + 28);
  const found: [number, string][] = [];
  for (let at = 0; list.readUInt16LE(at) !== 0; at += 4 + list.readUInt16LE(at + 2)) {
    found.push([list.readUInt16LE(at), list.toString('hex', at + 4, at + 4 + list.readUInt16LE(at + 2))]);
  }
  return found;
}

describe('NTLM', () => {
  it('works out the figures of the example in [MS-NLMP] 4.2.4', () => {
    expect(accountKey(account).toString('hex')).to.equal('0c868a403bfd7a93a3001ef22ef02e3f');
    const attributes = challengeOfSpec.subarray(68);
    const { response, sessionKey } = proveAccount(
      account,
      hex('0123456789abcdef'),
      clientChallenge(Buffer.alloc(8), nonce, attributes),
    );
    expect(response.toString('hex', 0, 16)).to.equal('68cd0ab851e51c96aabc927bebef6a1c');
    expect(sessionKey.toString('hex')).to.equal('8de40ccadbc14a82f15cb0ad0de95ca3');
  });

  it('proves the password like a browser that is used against Windows', () => {
    const time = 0x01d2d400fdc80b80n;
    const message = answerTo(challengeOfSpec, { nowMs: Number(time / 10_000n - 11_644_473_600_000n) });
    expect(part(message, 20).toString('hex')).to.equal(
      '8c0260dbef690662af9c42d50782d2ed0101000000000000800bc8fd00d4d201aaaaaaaaaaaaaaaa0000000002000c0044006f006d' +
        '00610069006e0001000c0053006500720076006500720006000400020000000a0010006586e99d81c2fc984e47172fd4dd0310' +
        '0900160048005400540050002f0053006500720076006500720000000000' +
        '00000000',
    );
  });

  it('says nothing about the account in its first message', () => {
    expect(writeNegotiate().toString('hex')).to.equal(
      '4e544c4d535350000100000005828' + '8a0' + '00000000000000000000000000000000',
    );
  });

  it('sends neither an LM response nor one of version 1', () => {
    for (const challenge of [challengeOfSpec, challengeOfToday]) {
      const message = answerTo(challenge);
      expect(part(message, 12)).to.deep.equal(Buffer.alloc(24));
      expect(part(message, 20).length).to.be.above(24);
    }
  });

  it("answers with the server's own time and attributes, says that it signs, and binds itself to name and channel", () => {
    const message = answerTo(challengeOfToday);
    expect(part(message, 20).subarray(24, 32)).to.deep.equal(hex('00112233445566d7'));
    expect(attributesOf(message)).to.deep.equal([
      [2, '44006f006d00610069006e00'],
      [7, '00112233445566d7'],
      [0x63, 'ff'],
      [1, '5300650072007600'],
      [6, '03000000'],
      [10, '6586e99d81c2fc984e47172fd4dd0310'],
      [9, Buffer.from('HTTP/Server', 'utf16le').toString('hex')],
    ]);
    expect(attributesOf(answerTo(challengeOfToday, { channelBinding: undefined }))).to.deep.include([
      10,
      '0'.repeat(32),
    ]);
  });

  it('signs all three messages', () => {
    const negotiate = writeNegotiate();
    const answer = readAnswer(answerTo(challengeOfToday, { negotiate }));
    if (!answer) throw new Error('no answer');
    const sent = { negotiate, challenge: challengeOfToday };
    expect(provesPassword(answer, 'Password', sent)).to.equal(true);
    expect(provesPassword(answer, 'password', sent)).to.equal(false);
    expect(provesPassword(answer, 'Password', { ...sent, negotiate: hex('00') })).to.equal(false);
  });

  it('carries names and passwords in any script', () => {
    const foreign = { user: 'Jörg Żółć', domain: 'ЛАДА', password: 'pässwörd €𝄞' };
    const negotiate = writeNegotiate();
    const message = answerTo(challengeOfToday, { account: foreign, negotiate });
    const answer = readAnswer(message);
    expect(answer).to.include({ user: 'Jörg Żółć', domain: 'ЛАДА' });
    expect(part(message, 44).toString('utf16le')).to.equal('COMPUTER');
    expect(
      answer && provesPassword(answer, 'pässwörd €𝄞', { negotiate, challenge: challengeOfToday }),
    ).to.equal(true);
  });

  it('holds an answer of any size', () => {
    const user = 'x'.repeat(3000);
    expect(readAnswer(answerTo(challengeOfToday, { account: { ...account, user } }))?.user).to.equal(user);
  });

  it("knows the server's domain", () => {
    const read = readChallenge(challengeOfToday);
    expect(read && domainOf(read)).to.equal('Domain');
  });

  describe('does not take for a challenge', () => {
    const change = (at: number, value: string): Buffer => {
      const changed = Buffer.from(challengeOfToday);
      hex(value).copy(changed, at);
      return changed;
    };
    const damaged: [string, Buffer][] = [
      ['nothing', Buffer.alloc(0)],
      ['another signature', change(0, '4e544c4d53535001')],
      ['another message', change(8, '01000000')],
      ['names in a code page', change(20, '32828ae2')],
      ['attributes beyond its end', change(44, 'ffffff00')],
      ['an attribute beyond the list', change(70, 'ff00')],
      ['attributes without an end', change(40, '3500')],
    ];
    for (const [what, message] of damaged) {
      it(what, () => expect(readChallenge(message)).to.equal(undefined));
    }
    it('one that is cut anywhere', () => {
      for (let length = 0; length < challengeOfToday.length; length += 1) {
        expect(readChallenge(challengeOfToday.subarray(0, length)), `${length} bytes`).to.equal(undefined);
      }
    });
  });
});
