import { expect } from 'chai';
import { createQueue, type Queue } from '../../src/scheduler/queue.ts';
import { Gate, HandClock, settled } from './hand-clock.ts';

describe('queue', () => {
  let time: HandClock;
  let started: string[];
  let crashes: string[];
  let gates: Map<string, Gate<void>>;
  let signals: Map<string, AbortSignal>;

  beforeEach(() => {
    time = new HandClock();
    [started, crashes] = [[], []];
    gates = new Map();
    signals = new Map();
  });

  function queueOf(concurrency: number): Queue {
    const options = { concurrency, patienceMs: 60_000, sleep: time.sleep };
    return createQueue(options, (key, error) => crashes.push(`${key}: ${(error as Error).message}`));
  }

  /** Work that notes its start and ends when its gate is opened. */
  function ask(queue: Queue, key: string) {
    return queue.add(key, (signal) => {
      const gate = new Gate<void>();
      started.push(key);
      gates.set(key, gate);
      signals.set(key, signal);
      return gate.opened;
    });
  }

  async function end(key: string): Promise<void> {
    gates.get(key)?.open();
    await settled();
  }

  it('works on as many keys as allowed, first come first served', async () => {
    const queue = queueOf(2);
    for (const key of ['a', 'b', 'c', 'd']) ask(queue, key);
    await settled();
    expect(started).to.deep.equal(['a', 'b']);
    await end('b');
    await end('a');
    expect(started).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('never works on one key twice at the same time and makes one later turn of all requests', async () => {
    const queue = queueOf(4);
    ask(queue, 'a');
    await settled();
    expect([ask(queue, 'a'), ask(queue, 'a'), ask(queue, 'a')]).to.deep.equal([
      'waiting',
      'merged',
      'merged',
    ]);
    await settled();
    expect(started).to.deep.equal(['a']);
    await end('a');
    await end('a');
    expect(started).to.deep.equal(['a', 'a']);
    expect(queue.state('a')).to.equal('idle');
  });

  it('lets others pass a key that waits for itself', async () => {
    const queue = queueOf(2);
    ask(queue, 'a');
    ask(queue, 'a');
    ask(queue, 'b');
    await settled();
    expect(started).to.deep.equal(['a', 'b']);
  });

  it('reports work that throws and goes on with the next', async () => {
    const queue = queueOf(1);
    ask(queue, 'a');
    ask(queue, 'b');
    await settled();
    gates.get('a')?.fail(new Error('broken'));
    await settled();
    expect(crashes).to.deep.equal(['a: broken']);
    expect(started).to.deep.equal(['a', 'b']);
  });

  it('gives the place of hanging work to others', async () => {
    const queue = queueOf(1);
    ask(queue, 'hangs');
    ask(queue, 'b');
    await time.advance(59_999);
    expect(started).to.deep.equal(['hangs']);
    await time.advance(1);
    expect(started).to.deep.equal(['hangs', 'b']);
    expect(queue.state('hangs')).to.equal('running');
  });

  it('leaves no timer behind', async () => {
    const queue = queueOf(1);
    ask(queue, 'a');
    await settled();
    await end('a');
    expect(time.sleeping).to.equal(0);
  });

  it('aborts what runs and drops what waits when it stops', async () => {
    const queue = queueOf(1);
    ask(queue, 'a');
    ask(queue, 'b');
    await settled();
    const stopping = queue.stop(10_000);
    expect(signals.get('a')?.aborted).to.equal(true);
    await end('a');
    expect(await stopping).to.deep.equal([]);
    expect(started).to.deep.equal(['a']);
    expect(ask(queue, 'c')).to.equal('refused');
    expect(time.sleeping).to.equal(0);
  });

  it('stops within the grace and names what did not end', async () => {
    const queue = queueOf(2);
    ask(queue, 'hangs');
    await settled();
    let left: string[] | null = null;
    void queue.stop(10_000).then((keys) => (left = keys));
    await time.advance(9_999);
    expect(left).to.equal(null);
    await time.advance(1);
    expect(left).to.deep.equal(['hangs']);
  });
});
