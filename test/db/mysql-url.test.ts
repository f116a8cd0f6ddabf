import { expect } from 'chai';
import { hostInClear } from '../../src/db/mysql-url.ts';

describe('The address of a MySQL server', () => {
  const urls: readonly (readonly [url: string, host: string | null])[] = [
    ['mysql://bob:secret@db.example.test/exsync', 'db.example.test'],
    ['mysql://bob:secret@192.0.2.7:3307/exsync', '192.0.2.7'],
    ['mysql://bob:secret@[2001:db8::7]/exsync', '2001:db8::7'],
    ['mysql://bob:secret@127.example.test/exsync', '127.example.test'],
    ['mysql://bob:secret@database/exsync', 'database'],
    ['mysql://bob:secret@db.example.test/exsync?ssl=true', null],
    ['mysql://bob:secret@db.example.test/exsync?ssl-ca=/etc/ca.pem', null],
    ['mysql://bob:secret@db.example.test/exsync?ssl=false', null],
    ['mysql://bob:secret@localhost/exsync', null],
    ['mysql://bob:secret@LocalHost/exsync', null],
    ['mysql://bob:secret@127.0.0.1/exsync', null],
    ['mysql://bob:secret@[::1]/exsync', null],
    ['sqlite:db.example.test', null],
  ];
  for (const [url, host] of urls) {
    it(`is ${host === null ? 'not ' : ''}reached in clear at ${url.replace('bob:secret@', '')}`, () => {
      expect(hostInClear(url)).to.equal(host);
    });
  }
});
