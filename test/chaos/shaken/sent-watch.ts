/** Watches what the daemon asks of Exchange: a sync never has anything sent to anybody. */
import type { Sandbox, SandboxExchange } from '../../../sandbox/exchange/server.ts';
import { service } from './company.ts';

const sends =
  /\b(?:SendMeetingInvitations|SendMeetingInvitationsOrCancellations|SendMeetingCancellations)="(?!SendToNone")[^"]*"|MessageDisposition="Send\w+"|<\w+:SendItem\b/;
const messageKinds: ReadonlySet<string> = new Set([
  ...['Message', 'MeetingMessage', 'MeetingRequest', 'MeetingResponse', 'MeetingCancellation'],
]);

export class SentWatch {
  readonly violations: string[] = [];
  /** Of the daemon. */
  requests = 0;
  onRequest: (operation: string, request: string) => void = () => undefined;

  met({ operation, request }: SandboxExchange): void {
    // The people sign in to their own mailboxes.
    if (!request.includes('ExchangeImpersonation')) return;
    this.requests += 1;
    const found = sends.exec(request)?.[0];
    if (found !== undefined) this.violations.push(`${service} asked for ${operation} with ${found}`);
    this.onRequest(operation, request);
  }
}

/** In whatever folder of whatever mailbox. */
export function messagesIn({ store }: Sandbox): number {
  let count = 0;
  for (const mailbox of store.mailboxes)
    for (const { kind } of mailbox.items.values()) if (messageKinds.has(kind)) count += 1;
  return count;
}
