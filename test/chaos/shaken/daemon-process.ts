/** `exsync start` under a supervisor that starts it again whenever it was killed, as systemd does. */
import type { ChildProcess } from 'node:child_process';
import { listening } from '../../interop/company.ts';
import { finished, spawnExsync } from '../../interop/exsync-program.ts';
import type { Finished } from '../../interop/exsync-program.ts';
import { Visitor } from '../../tabs/visitor.ts';
import type { ShakenCompany } from './company.ts';
import { until } from './until.ts';

/** Measured: below 9 s, on two cores under a load of 15. A process that waited for a lease of the dead one would take longer. */
const startMs = 30_000;
const databaseMs = 120_000;
/** What a blow waits for that is to wait, see commit-kill-preload.ts. Node keeps SIGUSR1 for itself. */
export const armedBy = 'SIGUSR2';
const preload = ['test/chaos/commit-kill-preload.ts'];

export class DaemonProcess {
  /** What nobody ordered: it ended by itself, or its log tells of a bug. */
  readonly problems: string[] = [];
  kills = 0;
  starts = 0;
  /** From the start of a process, after a kill or not, until it listens; while the database is there. */
  slowestStartMs = 0;
  /** For each start: the transaction at which the process kills itself, or nothing. */
  nextBlow: () => Readonly<Record<string, string>> = () => ({});
  /** While the database is away a start may fail. */
  isDatabaseAway = false;
  readonly #company: ShakenCompany;
  readonly #program: string | undefined;
  readonly #visitor: Visitor;
  #child: ChildProcess | null = null;
  #present: Promise<Finished> | null = null;
  #stopping = false;
  #up = false;
  #isArmable = false;

  /** `program`: another one than the one that ships. */
  constructor(company: ShakenCompany, program: string | undefined) {
    this.#company = company;
    this.#program = program;
    this.#visitor = new Visitor(company.url);
  }

  get isUp(): boolean {
    return this.#up;
  }

  async start(): Promise<void> {
    this.#stopping = false;
    await this.#spawn();
    await this.untilUp();
  }

  /** Right now, whatever it is doing. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Its blow counts from now on. False: it is not there to hear it, or its blow does not wait. */
  arm(): boolean {
    return this.#up && this.#isArmable && this.#child?.kill(armedBy) === true;
  }

  /** In order. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child?.kill('SIGTERM');
    await this.#present;
    this.#up = false;
  }

  async untilUp(): Promise<void> {
    await until('the daemon listens', databaseMs, () => Promise.resolve(this.#up));
  }

  /** As a manager presses "Sync all"; false where the daemon was not there to hear it. */
  async syncAll(): Promise<boolean> {
    return this.#press('/sync-all');
  }

  /** As a manager presses "Retry now" of each mailbox. */
  async retryAll(): Promise<boolean> {
    for (const { mailboxId } of this.#company.people)
      if (!(await this.#press(`/mailboxes/${mailboxId}/retry`))) return false;
    return true;
  }

  async #press(path: string): Promise<boolean> {
    try {
      if (this.#visitor.csrf === '') await this.#signIn();
      const { status } = await this.#visitor.post(path, { csrf: this.#visitor.csrf });
      if (status !== 303 && status < 500) throw new Error(`${path}: ${status}`);
      return status === 303;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  }

  async #signIn(): Promise<void> {
    const { people, url, installation } = this.#company;
    const link = await installation.stores.access.createSignInLink(people[0]?.userId ?? '', 60_000);
    await this.#visitor.signIn(`${url}/sign-in?link=${link}`);
    await this.#visitor.get('/');
  }

  async #spawn(): Promise<void> {
    this.starts += 1;
    const blow = this.nextBlow();
    const env = { ...this.#company.env, ...blow };
    const program = this.#program === undefined ? {} : { program: this.#program };
    const child = await spawnExsync(['start'], { env, preload, ...program });
    const begun = Date.now();
    const wasDatabaseAway = this.isDatabaseAway;
    this.#child = child;
    this.#isArmable = blow['KILL_ARMED_BY'] !== undefined;
    if (this.#stopping) child.kill('SIGKILL');
    const ended = finished(child);
    this.#present = ended;
    listening(child.stderr).then(
      () => {
        this.#up = this.#child === child && child.exitCode === null && child.signalCode === null;
        if (this.isDatabaseAway || wasDatabaseAway) return;
        const tookMs = Date.now() - begun;
        this.slowestStartMs = Math.max(this.slowestStartMs, tookMs);
        if (tookMs > startMs) this.problems.push(`the daemon took ${tookMs / 1000} s to start`);
      },
      // Told by how it ended.
      () => undefined,
    );
    void ended
      .then((end) => this.#hasEnded(end))
      .catch((error: unknown) => this.problems.push(String(error)));
  }

  async #hasEnded({ code, signal, stderr }: Finished): Promise<void> {
    this.#up = false;
    this.problems.push(...bugsIn(stderr));
    if (signal === 'SIGKILL') this.kills += 1;
    else if (code !== 0 && this.isDatabaseAway)
      await until('the database is back', databaseMs, async () => !this.isDatabaseAway);
    else if (code !== 0 || !this.#stopping)
      this.problems.push(`the daemon ended by itself with ${code ?? signal}: ${stderr.slice(-1_500)}`);
    if (!this.#stopping) await this.#spawn();
  }
}

/** An error of the log with a stack is a bug, as is what it says went wrong; a failure of the other side has a code. */
function bugsIn(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => /went wrong|^(?=.*"level":"error")(?=.*"stack":)/.test(line))
    .map((line) => `the log tells of a bug: ${line.slice(0, 1_500)}`);
}
