import { expect } from 'chai';
import { RemoteError, StoppedError } from '../../src/errors.ts';
import { ServerGate } from '../../src/ews/server-gate.ts';

describe('server gate', () => {
  let now = 0;
  let limit = 2;
  /** Sleeps asked for and not over yet; ending one moves the clock. */
  let sleeps: { ms: number; end: () => void }[] = [];

  beforeEach(() => {
    now = 0;
    limit = 2;
    sleeps = [];
  });

  function makeGate(): ServerGate {
    return new ServerGate({
      limit: () => limit,
      longestWaitMs: 1000,
      tooLong: (remainingMs) =>
        new RemoteError({
          side: 'exchange',
          code: 'ServerBusy',
          message: 'busy',
          retryable: true,
          retryAfterMs: remainingMs,
        }),
      clock: () => now,
      sleep: (ms) =>
        new Promise((resolve) => {
          const end = (): void => {
            now += ms;
            resolve();
          };
          sleeps.push({ ms, end });
        }),
    });
  }

  /** Enters and notes its name once inside. */
  function enter(gate: ServerGate, inside: string[], name: string): Promise<void> {
    return gate.enter().then(() => void inside.push(name));
  }

  /** Lets everything run that waits for nothing but its turn. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }

  it('lets in as many as allowed, first come first served', async () => {
    const gate = makeGate();
    const inside: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) void enter(gate, inside, name);
    await settle();
    expect(inside).to.deep.equal(['a', 'b']);
    gate.leave();
    await settle();
    expect(inside).to.deep.equal(['a', 'b', 'c']);
  });

  it('follows a limit that rises when somebody leaves', async () => {
    limit = 1;
    const gate = makeGate();
    const inside: string[] = [];
    for (const name of ['a', 'b', 'c']) void enter(gate, inside, name);
    await settle();
    expect(inside).to.deep.equal(['a']);
    limit = 2;
    gate.leave();
    await settle();
    expect(inside).to.deep.equal(['a', 'b', 'c']);
  });

  it('holds everybody with one sleep, and sleeps on when the hold grew', async () => {
    const gate = makeGate();
    const inside: string[] = [];
    gate.hold(100);
    void enter(gate, inside, 'a');
    void enter(gate, inside, 'b');
    expect(sleeps.map(({ ms }) => ms)).to.deep.equal([100]);
    gate.hold(50);
    gate.hold(300);
    sleeps[0]?.end();
    await settle();
    expect(inside).to.deep.equal([]);
    expect(sleeps.map(({ ms }) => ms)).to.deep.equal([100, 200]);
    sleeps[1]?.end();
    await settle();
    expect(inside).to.deep.equal(['a', 'b']);
  });

  it('refuses while the hold is longer than anybody waits, those who wait included', async () => {
    const gate = makeGate();
    gate.hold(500);
    const waiting = gate.enter().catch((error: unknown) => error);
    gate.hold(5000);
    const later = gate.enter().catch((error: unknown) => error);
    expect(await waiting).to.include({ code: 'ServerBusy', retryAfterMs: 5000 });
    expect(await later).to.include({ code: 'ServerBusy', retryAfterMs: 5000 });
    now = 4000;
    const inside: string[] = [];
    void enter(gate, inside, 'a');
    sleeps.at(-1)?.end();
    await settle();
    sleeps.at(-1)?.end();
    await settle();
    expect(inside).to.deep.equal(['a']);
  });

  it('refuses everybody for the first reason once it is shut', async () => {
    limit = 0;
    const gate = makeGate();
    const waiting = gate.enter().catch((error: unknown) => error);
    const reason = new StoppedError('closed');
    gate.shut(reason);
    gate.shut(new Error('another reason'));
    expect(await waiting).to.equal(reason);
    expect(await gate.enter().catch((error: unknown) => error)).to.equal(reason);
  });
});
