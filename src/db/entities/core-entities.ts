import type { EntitySchema } from 'typeorm';
import { apiTokenEntity, sessionEntity, signInLinkEntity } from './access.ts';
import { actionEntity } from './action.ts';
import { auditEntity } from './audit.ts';
import { blobEntity, blobUseEntity } from './blob.ts';
import { credentialEntity } from './credential.ts';
import { cursorEntity } from './cursor.ts';
import { inboxEntity } from './inbox.ts';
import { leaseEntity } from './lease.ts';
import { meetingEntity } from './meeting.ts';
import { linkEntity } from './link.ts';
import { mailboxEntity } from './mailbox.ts';
import { mailboxModuleEntity } from './mailbox-module.ts';
import { orderEntity } from './order.ts';
import { runEntity } from './run.ts';
import { settingsEntity } from './settings.ts';

/** Every table of the engine and of its administration. */
export const coreEntities: readonly EntitySchema[] = [
  leaseEntity,
  meetingEntity,
  cursorEntity,
  inboxEntity,
  linkEntity,
  runEntity,
  actionEntity,
  orderEntity,
  blobEntity,
  blobUseEntity,
  settingsEntity,
  mailboxEntity,
  mailboxModuleEntity,
  credentialEntity,
  signInLinkEntity,
  sessionEntity,
  apiTokenEntity,
  auditEntity,
];
