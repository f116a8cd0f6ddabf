import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  flag,
  generatedId,
  integer,
  longText,
  nullable,
  primary,
  reference,
  shortText,
  time,
} from './column-types.ts';

export class CreateSyncTables1763790000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of [leases, cursors, inbox, links, runs, actions, blobs]) {
      await runner.createTable(table(runner), true);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['blobs', 'actions', 'runs', 'links', 'inbox', 'cursors', 'leases']) {
      await runner.dropTable(name);
    }
  }
}

function leases(runner: QueryRunner): Table {
  return new Table({
    name: 'leases',
    columns: [
      shortText(runner, 'id', 255, primary),
      shortText(runner, 'holder', 255),
      time('fence'),
      time('expiresAt'),
      time('writes'),
      shortText(runner, 'mailboxId', 64, nullable),
      shortText(runner, 'module', 16, nullable),
    ],
  });
}

function cursors(runner: QueryRunner): Table {
  return new Table({
    name: 'cursors',
    columns: [
      shortText(runner, 'side', 8, primary),
      shortText(runner, 'mailboxId', 64, primary),
      shortText(runner, 'module', 16, primary),
      shortText(runner, 'scope', 512, primary),
      longText(runner, 'cursor', nullable),
      integer('fullRead'),
      flag('complete'),
    ],
  });
}

function inbox(runner: QueryRunner): Table {
  return new Table({
    name: 'inbox',
    columns: [
      generatedId(runner),
      shortText(runner, 'mailboxId', 64),
      shortText(runner, 'module', 16),
      shortText(runner, 'side', 8),
      shortText(runner, 'itemId', 512),
      shortText(runner, 'kind', 16),
      shortText(runner, 'version', 512, nullable),
      shortText(runner, 'stamp', 255, nullable),
      shortText(runner, 'identity', 255, nullable),
      shortText(runner, 'ownerId', 64, nullable),
      shortText(runner, 'skip', 32, nullable),
      longText(runner, 'keyValues', nullable),
      longText(runner, 'content', nullable),
      integer('attempts'),
      time('nextAttemptAt', nullable),
      flag('parked'),
      shortText(runner, 'failureCode', 128, nullable),
      longText(runner, 'failureMessage', nullable),
    ],
    indices: [{ name: 'inbox_item', columnNames: ['mailboxId', 'module', 'side', 'itemId'], isUnique: true }],
  });
}

function links(runner: QueryRunner): Table {
  return new Table({
    name: 'links',
    columns: [
      shortText(runner, 'id', 64, primary),
      shortText(runner, 'mailboxId', 64),
      shortText(runner, 'module', 16),
      shortText(runner, 'state', 16),
      shortText(runner, 'reason', 64, nullable),
      shortText(runner, 'crmId', 255, nullable),
      shortText(runner, 'exchangeId', 512, nullable),
      flag('half'),
      shortText(runner, 'crmVersion', 512, nullable),
      shortText(runner, 'exchangeVersion', 512, nullable),
      longText(runner, 'crmValues', nullable),
      longText(runner, 'exchangeValues', nullable),
      shortText(runner, 'identity', 255, nullable),
      integer('crmSeen'),
      integer('exchangeSeen'),
    ],
    indices: [
      { name: 'links_crm', columnNames: ['crmId', 'module'] },
      { name: 'links_exchange', columnNames: ['exchangeId', 'module'] },
      { name: 'links_identity', columnNames: ['identity', 'module'] },
      { name: 'links_scope', columnNames: ['mailboxId', 'module', 'state', 'half'] },
    ],
  });
}

function runs(runner: QueryRunner): Table {
  return new Table({
    name: 'runs',
    columns: [
      generatedId(runner),
      shortText(runner, 'mailboxId', 64),
      shortText(runner, 'module', 16),
      shortText(runner, 'kind', 16),
      shortText(runner, 'trigger', 64),
      shortText(runner, 'state', 16),
      time('startedAt'),
      time('finishedAt', nullable),
      shortText(runner, 'day', 10, nullable),
      longText(runner, 'counts'),
      integer('done'),
      integer('failed'),
      integer('held'),
      longText(runner, 'error', nullable),
    ],
    indices: [
      { name: 'runs_scope', columnNames: ['mailboxId', 'module', 'kind', 'state'] },
      { name: 'runs_finished', columnNames: ['finishedAt'] },
    ],
  });
}

function actions(runner: QueryRunner): Table {
  return new Table({
    name: 'actions',
    columns: [
      generatedId(runner),
      reference(runner, 'runId'),
      shortText(runner, 'mailboxId', 64),
      shortText(runner, 'module', 16),
      shortText(runner, 'linkId', 64),
      integer('step'),
      flag('final'),
      shortText(runner, 'kind', 16),
      shortText(runner, 'side', 8, nullable),
      integer('overwrites'),
      shortText(runner, 'title', 255),
      shortText(runner, 'state', 16),
      flag('approved'),
      time('finishedAt', nullable),
      longText(runner, 'error', nullable),
      longText(runner, 'inboxIds'),
      longText(runner, 'body'),
    ],
    indices: [
      { name: 'actions_run', columnNames: ['runId', 'kind', 'side', 'step'] },
      { name: 'actions_scope', columnNames: ['mailboxId', 'module', 'state', 'finishedAt'] },
    ],
  });
}

function blobs(runner: QueryRunner): Table {
  return new Table({
    name: 'blobs',
    columns: [
      shortText(runner, 'hash', 128, primary),
      integer('size'),
      shortText(runner, 'mediaType', 128),
      longText(runner, 'content'),
    ],
  });
}
