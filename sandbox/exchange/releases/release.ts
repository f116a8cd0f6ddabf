import type { Schema } from './schema.ts';

export type ReleaseName =
  | 'Exchange2007_SP1'
  | 'Exchange2010_SP1'
  | 'Exchange2010_SP2'
  | 'Exchange2013_SP1'
  | 'Exchange2016'
  | 'Exchange2019';

/** What one Exchange release calls itself, which request schemas it takes, and how it differs from the others. */
export interface Release {
  readonly name: ReleaseName;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly majorBuild: number;
  readonly minorBuild: number;
  /** The Version attribute of ServerVersionInfo; `asked` repeats the RequestServerVersion. */
  readonly version: string;
  /** The newest schema it knows. */
  readonly schema: Schema;
  /** RequestServerVersion values understood, oldest first. */
  readonly schemas: readonly string[];
  /** Larger requests are refused with HTTP 413. */
  readonly maxRequestBytes: number;
  /** Exchange 2007 writes its faults with a header, its own prefixes, and the violation's place in the detail. */
  readonly faultFormat: '2007' | '2010';
  /** Since 2010 SP2 SyncFolderItems reports the newest items first. */
  readonly newestFirst: boolean;
  /** What a parent folder that is not there is answered with. */
  readonly unknownParentCode: 'ErrorNonExistentMailbox' | 'ErrorParentFolderNotFound';
  /** Hanging connections of GetStreamingEvents per account; 0 where there is no streaming. */
  readonly hangingConnections: number;
  /** The usual EWSMaxConcurrency of its default policy; undefined where there is no throttling. */
  readonly usualConcurrency: number | undefined;
}
