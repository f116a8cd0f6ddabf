import type { Clock } from '../../sync/ports.ts';
import type { SyncStore } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { linkEntity } from '../entities/link.ts';
import { meetingEntity } from '../entities/meeting.ts';
import type { MeetingRow } from '../entities/meeting.ts';
import { selectRows } from '../select-rows.ts';
import { fenced, takeTurn } from './lease-store.ts';

const uidLength = 512;
/** A link is written with the event it is for; one that was never written came to nothing. */
const unwrittenMs = 24 * 3_600_000;

export function createMeetingStore(database: Database, clock: Clock): Pick<SyncStore, 'claimMeetings'> {
  return {
    claimMeetings(lease, scope, claims) {
      return fenced(database, lease, async (manager) => {
        await takeTurn(manager, 'meetings');
        const now = clock();
        const ours = new Set<string>();
        const rows = new Map<string, MeetingRow>();
        for (const some of chunks(claims, idsPerQuery)) {
          const held = await selectRows(manager, meetingEntity, ['uid', 'mailboxId'])
            .leftJoin(linkEntity.options.name, 'link', 'link.id = row.linkId')
            .where('row.uid IN (:...uids)', { uids: some.map(({ uid }) => keyOf(uid)) })
            .andWhere(
              "(link.state = 'active' OR link.crmId IS NOT NULL OR (link.id IS NULL AND row.claimedAt > :since))",
              { since: now - unwrittenMs },
            )
            .getRawMany<Pick<MeetingRow, 'uid' | 'mailboxId'>>();
          const holders = new Map(held.map(({ uid, mailboxId }) => [uid, mailboxId]));
          for (const { uid, linkId } of some) {
            const holder = holders.get(keyOf(uid));
            if (holder !== undefined && holder !== scope.mailboxId) continue;
            rows.set(keyOf(uid), {
              uid: keyOf(uid),
              mailboxId: scope.mailboxId,
              linkId,
              claimedAt: now,
            });
            ours.add(uid);
          }
        }
        await bulkInsert(manager, meetingEntity, [...rows.values()], {
          kind: 'update',
          key: ['uid'],
          columns: ['mailboxId', 'linkId', 'claimedAt'],
        });
        return ours;
      });
    },
  };
}

function keyOf(uid: string): string {
  return uid.slice(0, uidLength);
}
