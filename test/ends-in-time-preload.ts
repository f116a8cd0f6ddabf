/** Loaded by mocha before the tests: what they leave open would keep the run alive for ever, and say nothing about it. */
import type { RootHookObject } from 'mocha';

const patienceMs = 20_000;

/** Says what is still open, and ends the run as failed. */
function giveUp(): void {
  const open = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(`The tests are over, but the process does not end. Still open: ${open}\n`);
  // Mocha sets the code by what failed, when the process ends; whoever comes later has the last word.
  process.once('exit', () => (process.exitCode = 1));
  process.exit();
}

export const mochaHooks: RootHookObject = {
  afterAll: () => void setTimeout(giveUp, patienceMs).unref(),
};
