/**
 * One scenario under a seed: people at work on both sides, Exchange that fails, a daemon that is killed and a database that is
 * restarted; then all of that stops, everybody is synced, and everything is checked. The seed decides who does what and
 * what goes wrong; how it falls together is up to the machine.
 */
import { syncOne } from '../../../src/commands/sync.ts';
import { isEventful } from '../../../src/composition/mailbox-runs.ts';
import type { ModuleSettings, Settings } from '../../../src/sync/administration.ts';
import { modules } from '../../../src/sync/model.ts';
import type { RunScope } from '../../../src/sync/stores.ts';
import { randomFrom } from '../../simulation/random.ts';
import type { Random } from '../../simulation/random.ts';
import type { PrivateMariadb } from '../private-mariadb.ts';
import { startShakenCompany } from './company.ts';
import type { ShakenCompany } from './company.ts';
import { Unanswered } from './crm-client.ts';
import { armedBy, DaemonProcess } from './daemon-process.ts';
import { judge } from './outcome.ts';
import type { Verdict } from './outcome.ts';
import { People } from './people.ts';
import type { Disagreement } from './people.ts';
import { makeTrouble } from './troubles.ts';
import { until } from './until.ts';
import { messagesIn, SentWatch } from './sent-watch.ts';

export interface ScenarioOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Null: SQLite. It is restarted, too. */
  readonly mariadb: PrivateMariadb | null;
  /** The folder of another program than the one that ships: of one that was broken on purpose. */
  readonly program?: string;
  readonly told: (line: string) => void;
}

export interface ScenarioResult extends Verdict {
  readonly kills: number;
  readonly databaseRestarts: number;
  readonly troubles: number;
  readonly requests: number;
  readonly runs: number;
  readonly calmRounds: number;
  /** From the start of the last process, when nothing fails any more, until nobody has anything left to do. */
  readonly restMs: number;
  readonly slowestStartMs: number;
  readonly done: People['done'];
}

const actionsInRound = 12;
/** What waits when a round begins, so that its first writes are those that overwrite something. */
const disagreementsInRound = 2;
const troublesInRound = [2, 6] as const;
/** Limits of what is waited for: a busy machine takes its time. */
const roundMs = 180_000;
/** Whom a run could not serve, because it was busy or the daemon was killed, waits for somebody to ask again. */
const askAgainMs = 15_000;
/**
 * From the start of a process, when nothing fails any more, until nobody has anything left to do. Measured: below 9 s, on two
 * cores under a load of 15. The lease of a process that was killed would last up to 50 s more.
 */
const restLimitMs = 45_000;
/** Everybody is synced, and what failed is tried again, until a run finds nothing to do. */
const calmRoundLimit = 8;
const writes: ReadonlySet<string> = new Set(['CreateItem', 'UpdateItem', 'DeleteItem', 'CreateAttachment']);
/** Requests to Exchange that one run may take on an average, each attempt counted; about three are usual. */
const requestsOfRun = 12;

type IsMeant = (operation: string, request: string) => boolean;

export async function playScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const { seed, mariadb } = options;
  const rules = rulesFrom(randomFrom(seed ^ 0x2545f491));
  const sent = new SentWatch();
  const company = await startShakenCompany({
    peopleCount: 2 + (seed % 2),
    rules,
    databaseUrl: mariadb?.url ?? null,
    onExchange: (exchange) => sent.met(exchange),
  });
  const scenario = new Scenario(options, company, rules, sent);
  try {
    return await scenario.play();
  } finally {
    await scenario.end();
    await company.close();
  }
}

function rulesFrom(random: Random): Settings['modules'] {
  const rules = (): ModuleSettings => ({
    enabled: true,
    type: random.once(4) ? 'oneWay' : 'twoWay',
    direction: random.pick(['crmToExchange', 'exchangeToCrm'] as const),
    winner: random.pick(['crm', 'exchange'] as const),
    deletes: { crm: !random.once(4), exchange: !random.once(4) },
    firstSyncCap: null,
    mapping: {},
    target: 'default',
  });
  return { contacts: rules(), tasks: rules(), events: rules() };
}

class Scenario {
  readonly #options: ScenarioOptions;
  readonly #company: ShakenCompany;
  readonly #rules: Settings['modules'];
  readonly #sent: SentWatch;
  readonly #people: People;
  readonly #daemon: DaemonProcess;
  readonly #troubles: Random;
  readonly #blows: Random;
  readonly #violations: string[] = [];
  #databaseRestarts = 0;
  #troubleCount = 0;
  #restarting: Promise<void> | null = null;
  /** So many requests of the daemon of this kind until this happens. */
  #blow: { left: number; readonly counts: IsMeant; readonly strike: () => void } | null = null;

  constructor(options: ScenarioOptions, company: ShakenCompany, rules: Settings['modules'], sent: SentWatch) {
    this.#options = options;
    this.#company = company;
    this.#rules = rules;
    this.#sent = sent;
    const { seed, mariadb } = options;
    this.#people = new People(company, randomFrom(seed ^ 0x5bd1e995), async (error) => {
      const isDaemonAway = error instanceof Unanswered && error.status === null;
      if (mariadb === null && !isDaemonAway) throw error;
      await this.#companyAnswers(error);
    });
    this.#troubles = randomFrom(seed ^ 0x9e3779b9);
    this.#blows = randomFrom(seed ^ 0x7f4a7c15);
    this.#daemon = new DaemonProcess(company, options.program);
    sent.onRequest = (operation, request) => this.#count(operation, request);
  }

  async play(): Promise<ScenarioResult> {
    const { rounds, told } = this.#options;
    await this.#people.settleIn();
    this.#daemon.nextBlow = () => this.#waitingBlow();
    await this.#daemon.start();
    const first = await this.#comeToRest('the first sync');
    await this.#people.allIsCalm();
    told(`the first sync took ${first} rounds`);
    for (let round = 1; round <= rounds; round += 1) await this.#shake(round);
    this.#company.sandbox.clearFaults();
    this.#blow = null;
    await this.#restarting;
    await this.#daemon.untilUp();
    await this.#daemon.stop();
    this.#daemon.nextBlow = () => ({});
    const calmFrom = Date.now();
    await this.#daemon.start();
    const calmRounds = await this.#comeToRest('after the shaking');
    const restMs = Date.now() - calmFrom;
    if (restMs > restLimitMs) this.#violations.push(`it took ${restMs / 1000} s to come to rest`);
    await this.#daemon.stop();
    await this.#checkFurtherRuns();
    const { kills, problems, slowestStartMs } = this.#daemon;
    this.#violations.push(...problems, ...this.#sent.violations);
    const more = messagesIn(this.#company.sandbox) - this.#people.messages;
    if (more !== 0) this.#violations.push(`${more} messages were sent or received, which nobody sent`);
    const verdict = await judge(this.#company, this.#people, this.#rules);
    const runs = (await this.#company.installation.stores.reports.recent(100_000)).length;
    if (this.#sent.requests > runs * requestsOfRun)
      this.#violations.push(`${this.#sent.requests} requests in ${runs} runs`);
    return {
      ...verdict,
      violations: [...this.#violations, ...verdict.violations],
      kills,
      runs,
      calmRounds,
      restMs,
      slowestStartMs,
      databaseRestarts: this.#databaseRestarts,
      troubles: this.#troubleCount,
      requests: this.#sent.requests,
      done: this.#people.done,
    };
  }

  async end(): Promise<void> {
    this.#blow = null;
    await this.#restarting;
    await this.#daemon.stop();
  }

  /** People work, Exchange fails and something is killed, all at once; it ends when everybody was synced once more. */
  async #shake(round: number): Promise<void> {
    const { told, mariadb } = this.#options;
    const [fewest, most] = troublesInRound;
    for (let more = fewest + this.#troubles.below(most - fewest + 1); more > 0; more -= 1) {
      told(`${round}: ${makeTrouble(this.#company, this.#troubles)}`);
      this.#troubleCount += 1;
    }
    const isOfDatabase = mariadb !== null && round % 2 === 0;
    // One life in two ends at a transaction of its own.
    const next = this.#blows.once(2)
      ? {
          KILL_AT_COMMIT: String(1 + this.#blows.below(60)),
          KILL_WHEN: this.#blows.pick(['before', 'after'] as const),
        }
      : null;
    const disagreements: Disagreement[] = [];
    for (let more = disagreementsInRound; more > 0; more -= 1) {
      const disagreement = await this.#people.disagree();
      if (disagreement) disagreements.push(disagreement);
    }
    this.#daemon.nextBlow = () => {
      this.#daemon.nextBlow = () => this.#waitingBlow();
      return next ?? this.#waitingBlow();
    };
    told(
      `${round}: ${isOfDatabase ? 'the database' : 'the daemon'} is killed at ${this.#takeAim(isOfDatabase, disagreements)}`,
    );
    await this.#syncAll();
    told(`${round}: asked`);
    for (let action = 0; action < actionsInRound; action += 1) await this.#people.act();
    told(`${round}: acted`);
    await this.#everybodyIsSynced(`round ${round}`);
    told(`${round}: synced`);
    this.#strike();
    await this.#restarting;
  }

  /**
   * Writes are what it hurts most to lose, between being carried out and being written down as done, and most of all those
   * that overwrite what somebody wrote. Returns what is aimed at.
   */
  #takeAim(isOfDatabase: boolean, [disagreement]: readonly Disagreement[]): string {
    const target = this.#blows.pick(['loss', 'loss', 'loss', 'write', 'write', 'request'] as const);
    const left = 1 + this.#blows.below(target === 'request' ? 40 : 5);
    const strike = isOfDatabase ? () => this.#restartDatabase() : () => this.#daemon.kill();
    if (target !== 'loss' || !disagreement) {
      const counts: IsMeant = target === 'request' ? () => true : (operation) => writes.has(operation);
      this.#blow = { left, counts, strike };
      return `${target === 'request' ? 'request' : 'write'} ${left}`;
    }
    const { module, tokens } = disagreement;
    const { type, direction, winner } = this.#rules[module];
    const winning = type === 'twoWay' ? winner : direction === 'crmToExchange' ? 'crm' : 'exchange';
    const token = tokens[winning];
    const holdsIt: IsMeant = (operation, request) =>
      writes.has(operation) && [token, btoa(token)].some((text) => request.includes(text));
    // In the CRM the process strikes itself. What it aims at may not come: then it is killed at the end of the round.
    const isInCrm = winning === 'exchange' && !isOfDatabase && this.#daemon.arm();
    this.#blow = { left: 1, counts: isInCrm ? () => false : holdsIt, strike };
    return `the write of ${token} to ${isInCrm ? 'a record' : 'Exchange'}`;
  }

  /** A blow that waits until it is armed: at the first transactions that change records. */
  #waitingBlow(): Readonly<Record<string, string>> {
    return {
      KILL_AT_COMMIT: String(1 + this.#blows.below(2)),
      KILL_WHEN: this.#blows.pick(['before', 'after', 'after'] as const),
      KILL_COMMIT_OF: 'crm_',
      KILL_ARMED_BY: armedBy,
    };
  }

  /** Carried out, and not answered yet. */
  #count(operation: string, request: string): void {
    if (!this.#blow?.counts(operation, request)) return;
    this.#blow.left -= 1;
    if (this.#blow.left === 0) this.#strike();
  }

  #strike(): void {
    const blow = this.#blow;
    this.#blow = null;
    blow?.strike();
  }

  #restartDatabase(): void {
    const { mariadb } = this.#options;
    if (mariadb === null) return;
    this.#daemon.isDatabaseAway = true;
    const signal = this.#blows.pick(['SIGKILL', 'SIGTERM'] as const);
    this.#restarting = (async () => {
      await mariadb.stop(signal);
      await mariadb.start();
      this.#databaseRestarts += 1;
      this.#daemon.isDatabaseAway = false;
    })().catch((error: unknown) => {
      this.#violations.push(`the database did not come back: ${String(error)}`);
    });
  }

  /** The daemon, and its database. */
  async #companyAnswers(error: unknown): Promise<void> {
    await until(`the company is back after ${String(error)}`, roundMs, async () => {
      try {
        await this.#company.installation.stores.settings.load();
        return (await fetch(`${this.#company.url}/api/v1/openapi.json`)).ok;
      } catch {
        return false;
      }
    });
  }

  /** A daemon that was killed meanwhile forgot what it was asked for: so it is asked until it hears. */
  async #syncAll(press: () => Promise<boolean> = () => this.#daemon.syncAll()): Promise<void> {
    await until('the daemon is asked to sync', roundMs, async () => {
      await this.#daemon.untilUp();
      try {
        return await press();
      } catch (error) {
        if (this.#options.mariadb === null) throw error;
        return false;
      }
    });
  }

  /** Each mailbox and module had a run that began from now on, and is over; however it ended. */
  async #everybodyIsSynced(when: string, press?: () => Promise<boolean>): Promise<void> {
    const since = Date.now();
    const { scopes } = this.#company;
    let asked = { start: -1, at: 0 };
    let waiting: readonly RunScope[] = scopes;
    await until(`everybody is synced (${when})`, roundMs, async () => {
      if (asked.start !== this.#daemon.starts || Date.now() > asked.at + askAgainMs) {
        await this.#syncAll(press);
        asked = { start: this.#daemon.starts, at: Date.now() };
      }
      try {
        while (waiting[0] && (await this.#isOver(waiting[0], since))) waiting = waiting.slice(1);
      } catch (error) {
        if (this.#options.mariadb === null) throw error;
      }
      return waiting.length === 0;
    });
  }

  async #isOver(scope: RunScope, since: number): Promise<boolean> {
    const run = await this.#company.installation.stores.reports.latest(scope);
    return run !== null && run.startedAt >= since && run.finishedAt !== null;
  }

  /** Returns after how many rounds there was nothing left to do. */
  async #comeToRest(when: string): Promise<number> {
    const { reports } = this.#company.installation.stores;
    let left: string | null = null;
    for (let round = 1; round <= calmRoundLimit; round += 1) {
      await this.#everybodyIsSynced(when, () => this.#daemon.retryAll());
      left = null;
      for (const scope of this.#company.scopes) {
        const run = await reports.latest(scope);
        // A machine that is very busy lets a request run into its timeout: that may happen, but not for ever.
        if (run?.state !== 'done') left = `${run?.module} ended as ${run?.state}: ${run?.error}`;
        else if (isEventful(run.counts)) left = `${run.module}: ${JSON.stringify(run.counts)}`;
      }
      if (left === null) return round;
    }
    this.#violations.push(`${when}: after ${calmRoundLimit} rounds there is still something to do: ${left}`);
    return calmRoundLimit;
  }

  async #checkFurtherRuns(): Promise<void> {
    const { installation, people } = this.#company;
    const { mailboxes } = installation.stores;
    for (const { mailboxId, name } of people) {
      const mailbox = await mailboxes.get(mailboxId);
      if (!mailbox) throw new Error(`${name} lost the mailbox`);
      for (const module of modules) {
        const signal = new AbortController().signal;
        const { state, error, actions } = await syncOne(installation, mailbox, module, {
          preview: true,
          signal,
        });
        if (state !== 'done')
          this.#violations.push(`a preview of ${module} of ${name} ended as ${state}: ${error}`);
        for (const action of actions ?? [])
          this.#violations.push(`a further run of ${module} of ${name} would ${JSON.stringify(action)}`);
      }
    }
  }
}
