import { expect } from 'chai';
import { RemoteError } from '../../src/errors.ts';
import { SharedSignIn } from '../../src/ews/shared-sign-in.ts';
import type { EwsTransport } from '../../src/ews/transport.ts';
import { createTransport } from '../../src/ews/transport.ts';
import { answerSoap, startLoopback } from './loopback-server.ts';
import type { Answer, LoopbackServer } from './loopback-server.ts';

const options = { operation: 'GetFolder', repeatable: true } as const;
const refuse: Answer = (response) => response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();

const accept: Answer = (response) => answerSoap(response);

describe('one sign-in for all servers of a credential', () => {
  let servers: LoopbackServer[];
  let transports: EwsTransport[];
  let refusals: string[];
  let now: number;
  let signIn: SharedSignIn;
  /** Ends the sleep of whoever waits. */
  let wake: (() => void)[];

  beforeEach(() => {
    servers = [];
    transports = [];
    refusals = [];
    wake = [];
    now = 0;
    signIn = new SharedSignIn({
      clock: () => now,
      sleep: (ms) =>
        new Promise((resolve) =>
          wake.push(() => {
            now += ms;
            resolve();
          }),
        ),
      onRefused: (error) => refusals.push(error.code),
    });
  });
  afterEach(async () => {
    for (const transport of transports) await transport.close();
    for (const server of servers) await server.close();
  });

  async function connect(answer: Answer): Promise<EwsTransport> {
    const server = await startLoopback(answer);
    servers.push(server);
    const credentials = { username: 'svc', password: 'secret' };
    const transport = signIn.wrap(
      createTransport({ url: server.url, credentials, maxAttempts: 1, scheme: 'basic' }),
      server.url,
    );
    transports.push(transport);
    return transport;
  }

  const sent = (): number[] => servers.map(({ requests }) => requests.length);
  const codeOf = (answer: Promise<string>): Promise<string> =>
    answer.then(
      () => 'answered',
      (error: unknown) => (error instanceof RemoteError ? error.code : String(error)),
    );

  it('sends a wrong password to one of three servers once, whoever asks at the same time', async () => {
    const all = [await connect(refuse), await connect(refuse), await connect(refuse)];
    const codes = await Promise.all([...all, ...all, ...all].map((one) => codeOf(one.post('<a/>', options))));
    expect(new Set(codes)).to.deep.equal(new Set(['Unauthorized']));
    expect(sent().reduce((sum, count) => sum + count)).to.equal(1);
    expect(refusals).to.deep.equal(['Unauthorized']);
    expect(await codeOf((await connect(refuse)).post('<a/>', options))).to.equal('Unauthorized');
    expect(sent().reduce((sum, count) => sum + count)).to.equal(1);
  });

  it('lets everybody through once one server has accepted it', async () => {
    const held: (() => void)[] = [];
    const hold: Answer = (response) => void held.push(() => answerSoap(response));
    const [first, second] = [await connect(accept), await connect(hold)];
    await first.post('<a/>', options);
    const both = [second.post('<a/>', options), second.post('<b/>', options), first.post('<c/>', options)];
    await both[2];
    while (held.length < 1) await new Promise(setImmediate);
    held.shift()?.();
    while (held.length < 1) await new Promise(setImmediate);
    held.shift()?.();
    await Promise.all(both);
    expect(sent()).to.deep.equal([2, 2]);
  });

  it('takes a refusal for that of one server where another one has just accepted it, and asks no more there', async () => {
    const willing = await connect(accept);
    const unwilling = await connect(refuse);
    expect(await codeOf(willing.post('<a/>', options))).to.equal('answered');
    expect(await codeOf(unwilling.post('<a/>', options))).to.equal('Unauthorized');
    expect(await codeOf(unwilling.post('<a/>', options))).to.equal('Unauthorized');
    expect(await codeOf(willing.post('<a/>', options))).to.equal('answered');
    expect(sent()).to.deep.equal([2, 1]);
    expect(refusals).to.deep.equal([]);
  });

  it('takes a refusal by a server that had accepted it for a changed password', async () => {
    let answers = 0;
    const server = await connect((response, ...rest) =>
      ((answers += 1) === 1 ? accept : refuse)(response, ...rest),
    );
    const other = await connect(accept);
    expect(await codeOf(server.post('<a/>', options))).to.equal('answered');
    expect(await codeOf(server.post('<a/>', options))).to.equal('Unauthorized');
    expect(await codeOf(other.post('<a/>', options))).to.equal('Unauthorized');
    expect(refusals).to.deep.equal(['Unauthorized']);
    expect(sent()).to.deep.equal([2, 0]);
  });

  it('goes on to the next where a server cannot be reached', async () => {
    const dead = await connect((response) => response.destroy());
    const alive = await connect(accept);
    const codes = await Promise.all([
      codeOf(dead.post('<a/>', options)),
      codeOf(alive.post('<a/>', options)),
    ]);
    expect(codes).to.deep.equal(['ConnectionLost', 'answered']);
  });

  it('waits ten seconds for a server that does not answer, and no longer', async () => {
    let arrived = (): void => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const silent = await connect(() => arrived());
    const alive = await connect(accept);
    const lost = codeOf(silent.post('<a/>', options));
    await arrival;
    const answer = codeOf(alive.post('<a/>', options));
    while (wake.length === 0) await new Promise(setImmediate);
    expect(sent()).to.deep.equal([1, 0]);
    wake.shift()?.();
    expect(await answer).to.equal('answered');
    expect(now).to.equal(10_000);
    await silent.close();
    expect(await lost).to.match(/Stopped/);
  });

  it('has the password tried by one alone again after five minutes', async () => {
    let answer: Answer = accept;
    const both = [
      await connect((...given) => answer(...given)),
      await connect((...given) => answer(...given)),
    ];
    for (const one of both) await one.post('<a/>', options);
    now += 5 * 60_000;
    answer = refuse;
    await Promise.all(both.map((one) => codeOf(one.post('<a/>', options))));
    expect(sent().reduce((sum, count) => sum + count)).to.equal(3);
  });
});
