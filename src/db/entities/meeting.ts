import { EntitySchema } from 'typeorm';

/** Which mailbox's copy of a meeting is the one in the CRM. */
export interface MeetingRow {
  /** The iCalendar UID, or the beginning of a long one. */
  uid: string;
  mailboxId: string;
  linkId: string;
  /** A claim whose link is not written yet holds for a day. */
  claimedAt: number;
}

export const meetingEntity = new EntitySchema<MeetingRow>({
  name: 'meetings',
  tableName: 'meetings',
  columns: {
    uid: { type: 'varchar', length: 512, primary: true },
    mailboxId: { type: 'varchar', length: 64 },
    linkId: { type: 'varchar', length: 64 },
    claimedAt: { type: 'bigint' },
  },
});
