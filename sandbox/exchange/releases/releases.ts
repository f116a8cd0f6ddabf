import type { Release, ReleaseName } from './release.ts';
import { SCHEMA } from './schema.ts';

const UP_TO_2010_SP1 = ['Exchange2007', 'Exchange2007_SP1', 'Exchange2010', 'Exchange2010_SP1'];
const UP_TO_2013_SP1 = [...UP_TO_2010_SP1, 'Exchange2010_SP2', 'Exchange2013', 'Exchange2013_SP1'];

/** Every release the stand-in can play, by the name of the switch. Builds are ones seen in recorded traffic. */
export const RELEASES: Readonly<Record<ReleaseName, Release>> = {
  Exchange2007_SP1: {
    name: 'Exchange2007_SP1',
    majorVersion: 8,
    minorVersion: 1,
    majorBuild: 436,
    minorBuild: 0,
    version: 'Exchange2007_SP1',
    schema: SCHEMA.Exchange2007_SP1,
    schemas: ['Exchange2007', 'Exchange2007_SP1'],
    maxRequestBytes: 30_000_000,
    faultFormat: '2007',
    newestFirst: false,
    unknownParentCode: 'ErrorNonExistentMailbox',
    hangingConnections: 0,
    usualConcurrency: undefined,
  },
  Exchange2010_SP1: {
    name: 'Exchange2010_SP1',
    majorVersion: 14,
    minorVersion: 1,
    majorBuild: 218,
    minorBuild: 15,
    version: 'asked',
    schema: SCHEMA.Exchange2010_SP1,
    schemas: UP_TO_2010_SP1,
    maxRequestBytes: 35_000_000,
    faultFormat: '2010',
    newestFirst: false,
    unknownParentCode: 'ErrorParentFolderNotFound',
    hangingConnections: 3,
    usualConcurrency: 10,
  },
  Exchange2010_SP2: {
    name: 'Exchange2010_SP2',
    majorVersion: 14,
    minorVersion: 3,
    majorBuild: 248,
    minorBuild: 2,
    version: 'asked',
    schema: SCHEMA.Exchange2010_SP2,
    schemas: [...UP_TO_2010_SP1, 'Exchange2010_SP2'],
    maxRequestBytes: 35_000_000,
    faultFormat: '2010',
    newestFirst: true,
    unknownParentCode: 'ErrorParentFolderNotFound',
    hangingConnections: 3,
    usualConcurrency: 10,
  },
  Exchange2013_SP1: {
    name: 'Exchange2013_SP1',
    majorVersion: 15,
    minorVersion: 0,
    majorBuild: 1497,
    minorBuild: 2,
    version: 'V2_23',
    schema: SCHEMA.Exchange2013_SP1,
    schemas: UP_TO_2013_SP1,
    maxRequestBytes: 67_108_864,
    faultFormat: '2010',
    newestFirst: true,
    unknownParentCode: 'ErrorParentFolderNotFound',
    hangingConnections: 3,
    usualConcurrency: 27,
  },
  Exchange2016: {
    name: 'Exchange2016',
    majorVersion: 15,
    minorVersion: 1,
    majorBuild: 1531,
    minorBuild: 3,
    version: 'V2017_07_11',
    schema: SCHEMA.Exchange2016,
    schemas: [...UP_TO_2013_SP1, 'Exchange2015', 'Exchange2016'],
    maxRequestBytes: 67_108_864,
    faultFormat: '2010',
    newestFirst: true,
    unknownParentCode: 'ErrorParentFolderNotFound',
    hangingConnections: 10,
    usualConcurrency: 27,
  },
  Exchange2019: {
    name: 'Exchange2019',
    majorVersion: 15,
    minorVersion: 2,
    majorBuild: 1748,
    minorBuild: 10,
    version: 'V2017_07_11',
    schema: SCHEMA.Exchange2019,
    schemas: [...UP_TO_2013_SP1, 'Exchange2009', 'Exchange2012', 'Exchange2015', 'Exchange2016'],
    maxRequestBytes: 67_108_864,
    faultFormat: '2010',
    newestFirst: true,
    unknownParentCode: 'ErrorParentFolderNotFound',
    hangingConnections: 10,
    usualConcurrency: 27,
  },
};

/** The release of that name, or an error that lists them. */
export function releaseNamed(name: string): Release {
  const found = Object.entries(RELEASES).find(([one]) => one === name)?.[1];
  if (found === undefined)
    throw new Error(`Unknown release "${name}": use one of ${Object.keys(RELEASES).join(', ')}.`);
  return found;
}
