/** Which Exchange release a server is, by the numbers of its ServerVersionInfo (Microsoft: Exchange build numbers). */
import type { SchemaName } from '../sync/administration.ts';

export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  readonly revision: number;
}

export interface ServerRelease {
  /** As administrators call it, such as `Exchange 2010 SP1`. */
  readonly name: string;
  /** The newest request schema that this release knows and we speak; null where it knows none of ours. */
  readonly schema: SchemaName | null;
  /** Set with a null schema: what to install. */
  readonly needs?: string;
}

interface Row extends ServerRelease {
  /** The lowest version of this release. */
  readonly from: readonly [major: number, minor: number, build: number];
}

/** Newest first: the first row that is not above the server's version is its release. */
export const serverReleases: readonly Row[] = [
  { from: [15, 20, 0], name: 'Exchange Online', schema: 'Exchange2013_SP1' },
  { from: [15, 2, 2562], name: 'Exchange Server SE', schema: 'Exchange2013_SP1' },
  { from: [15, 2, 0], name: 'Exchange 2019', schema: 'Exchange2013_SP1' },
  { from: [15, 1, 0], name: 'Exchange 2016', schema: 'Exchange2013_SP1' },
  { from: [15, 0, 847], name: 'Exchange 2013 SP1', schema: 'Exchange2013_SP1' },
  // Its own schema, Exchange2013, holds nothing more of what we sync.
  { from: [15, 0, 0], name: 'Exchange 2013', schema: 'Exchange2010_SP2' },
  { from: [14, 3, 0], name: 'Exchange 2010 SP3', schema: 'Exchange2010_SP2' },
  { from: [14, 2, 0], name: 'Exchange 2010 SP2', schema: 'Exchange2010_SP2' },
  { from: [14, 1, 0], name: 'Exchange 2010 SP1', schema: 'Exchange2010_SP1' },
  {
    from: [14, 0, 0],
    name: 'Exchange 2010',
    schema: null,
    needs: 'Service Pack 1 for Exchange 2010 or newer',
  },
  { from: [8, 3, 0], name: 'Exchange 2007 SP3', schema: 'Exchange2007_SP1' },
  { from: [8, 2, 0], name: 'Exchange 2007 SP2', schema: 'Exchange2007_SP1' },
  { from: [8, 1, 0], name: 'Exchange 2007 SP1', schema: 'Exchange2007_SP1' },
  {
    from: [8, 0, 0],
    name: 'Exchange 2007',
    schema: null,
    needs: 'Service Pack 1 for Exchange 2007 or newer',
  },
];

export function serverRelease(version: ServerVersion): ServerRelease {
  const row = serverReleases.find(({ from }) => isAtLeast(version, from));
  return row ?? { name: 'an older Exchange', schema: null, needs: 'Exchange 2007 SP1 or newer' };
}

/** Impersonation is granted by roles from Exchange 2010 on, by permissions in the directory before. */
export function grantsByRole(version: ServerVersion): boolean {
  return version.major >= 14;
}

/** The reverse of `describeVersion`. */
export function parseVersion(text: string): ServerVersion {
  const [major = 0, minor = 0, build = 0, revision = 0] = text.split('.').map(Number);
  return { major, minor, build, revision };
}

/** As Exchange shows it: `15.2.1748.10`. */
export function describeVersion(version: ServerVersion): string {
  return `${version.major}.${version.minor}.${version.build}.${version.revision}`;
}

function isAtLeast(version: ServerVersion, [major, minor, build]: Row['from']): boolean {
  if (version.major !== major) return version.major > major;
  if (version.minor !== minor) return version.minor > minor;
  return version.build >= build;
}
