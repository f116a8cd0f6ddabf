/** What one Exchange release calls itself and which request schemas it takes. */
export interface Release {
  readonly name: string;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly majorBuild: number;
  readonly minorBuild: number;
  /** The Version attribute of ServerVersionInfo. */
  readonly version: string;
  /** RequestServerVersion values understood, oldest first. */
  readonly schemas: readonly string[];
  /** Larger requests are refused with HTTP 413. */
  readonly maxRequestBytes: number;
}

/** Exchange 2013 SP1 and later updates (15.0.1497 is CU23). */
export const EXCHANGE_2013: Release = {
  name: 'Exchange2013_SP1',
  majorVersion: 15,
  minorVersion: 0,
  majorBuild: 1497,
  minorBuild: 2,
  version: 'V2_23',
  schemas: [
    'Exchange2007',
    'Exchange2007_SP1',
    'Exchange2010',
    'Exchange2010_SP1',
    'Exchange2010_SP2',
    'Exchange2013',
    'Exchange2013_SP1',
  ],
  maxRequestBytes: 67_108_864,
};
