import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { createLogger, redact, type LogOptions } from '../src/log.ts';

function capture(options: Pick<LogOptions, 'level' | 'format'>) {
  const stream = new PassThrough();
  const log = createLogger({ ...options, stream });
  return { log, text: () => String(stream.read() ?? '') };
}

describe('createLogger', () => {
  it('writes one JSON document a line', () => {
    const { log, text } = capture({ level: 'info', format: 'json' });
    log.info('run finished', { mailboxId: 'm1', counts: { created: 2 } });
    const entry = JSON.parse(text()) as Record<string, unknown>;
    expect(entry).to.include({ level: 'info', message: 'run finished', mailboxId: 'm1' });
    expect(entry['counts']).to.deep.equal({ created: 2 });
    expect(entry['time']).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it('keeps what is below its level', () => {
    const { log, text } = capture({ level: 'warn', format: 'text' });
    log.info('not this');
    log.warn('but this', { side: 'crm' });
    expect(text()).to.match(/^\S+ warn {2}but this side=crm\n$/);
  });

  it('lets no message pretend to be another line', () => {
    const { log, text } = capture({ level: 'info', format: 'text' });
    log.info('name\n2026-01-01 error forged\u001b[2J', { title: 'a\nb' });
    expect(text().match(/\n/g)).to.have.length(1);
  });

  it('blots secrets out of fields, messages and errors on the way', () => {
    const { log, text } = capture({ level: 'info', format: 'json' });
    log.error('sent Authorization: Basic YWxpY2U6aHVudGVyMg==', {
      password: 'hunter2',
      error: new Error('no answer', { cause: new Error('mysql://app:hunter2@db/x') }),
    });
    expect(text())
      .to.contain('no answer')
      .and.not.match(/hunter2|YWxpY2U6/);
  });
});

describe('redact', () => {
  it('blots out what is named like a secret, at any depth', () => {
    const request = {
      headers: { Authorization: 'Bearer abc', Cookie: 'a=b', 'set-cookie': ['c=d'], accept: 'text/xml' },
      body: [{ userPassword: 'p', client_secret: 's', apiKey: 'k', accessToken: 't' }],
    };
    expect(redact(request)).to.deep.equal({
      headers: {
        Authorization: '[redacted]',
        Cookie: '[redacted]',
        'set-cookie': '[redacted]',
        accept: 'text/xml',
      },
      body: [
        {
          userPassword: '[redacted]',
          client_secret: '[redacted]',
          apiKey: '[redacted]',
          accessToken: '[redacted]',
        },
      ],
    });
  });

  it('leaves names alone that only talk about secrets', () => {
    const fields = {
      tokenCount: 3,
      credentialId: 'service',
      keyFile: 'data/exsync.key',
      tokenId: 'x',
      secret: null,
    };
    expect(redact(fields)).to.deep.equal(fields);
  });

  it('goes through errors with their cause, their own fields and those of an AggregateError', () => {
    const root = Object.assign(new Error('GET /x?token=abcdef'), {
      request: { password: 'p' },
      code: 'E401',
    });
    const plain = redact(new AggregateError([root], 'both failed', { cause: root }));
    expect(plain).to.deep.include({ name: 'AggregateError', message: 'both failed' });
    const text = JSON.stringify(plain);
    expect(text.match(/GET \/x\?token=\[redacted\]/g)?.length).to.be.greaterThan(1);
    expect(text)
      .to.contain('"code":"E401"')
      .and.not.match(/abcdef|"p"/);
  });

  it('blots header values, addresses with a password and sign-in links out of texts', () => {
    const texts = {
      'Negotiate TlRMTVNTUAAB refused': 'Negotiate [redacted] refused',
      'https://bob:pw@ews.example.test/EWS': 'https://bob:[redacted]@ews.example.test/EWS',
      'GET /sign-in?link=abcDEF': 'GET /sign-in?link=[redacted]',
      'password="a b"': 'password="[redacted] b"',
      'Basic authentication is refused': 'Basic authentication is refused',
    };
    for (const [text, expected] of Object.entries(texts)) expect(redact(text)).to.equal(expected);
  });

  it('survives circles, depth and what JSON cannot hold', () => {
    const circle: Record<string, unknown> = { big: 10n, at: new Date(0), bytes: Buffer.from('secret') };
    circle['self'] = circle;
    expect(redact(circle)).to.deep.equal({
      big: '10',
      at: '1970-01-01T00:00:00.000Z',
      bytes: '[6 bytes]',
      self: '[circular]',
    });
    let deep: unknown = 'end';
    for (let level = 0; level < 50; level++) deep = { deep };
    expect(JSON.stringify(redact(deep))).to.contain('[too deep]');
  });
});
