/** What a company may run with: which Exchange, how it signs in, where it keeps its state. */
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';

export const releases = [
  'Exchange2007_SP1',
  'Exchange2010_SP1',
  'Exchange2010_SP2',
  'Exchange2013_SP1',
  'Exchange2016',
  'Exchange2019',
] as const satisfies readonly ReleaseName[];
export const signIns = ['basic impersonation', 'basic individual', 'ntlm impersonation'] as const;
/** `mysql` is what TEST_MYSQL_URL names: MySQL or MariaDB. */
export const databases = ['sqlite', 'mysql'] as const;

export type SignIn = (typeof signIns)[number];
export type Database = (typeof databases)[number];

export interface Setting {
  readonly release: ReleaseName;
  readonly signIn: SignIn;
  readonly database: Database;
}

export const usualSetting: Setting = {
  release: 'Exchange2013_SP1',
  signIn: 'basic impersonation',
  database: 'sqlite',
};

/** A setting, and how much of the suite it goes through. */
export interface Passage {
  readonly setting: Setting;
  /** Every step as a process of its own. */
  readonly asProcesses: boolean;
  /** Which of the list to play; all of them in a full product. */
  readonly share: <T>(list: readonly T[]) => readonly T[];
}

/**
 * Every setting with everything when EXSYNC_INTEROP=full. Else a few, so that each release, sign-in and database is among
 * them, one of them goes through processes, and the rest of the suite is dealt out.
 */
export function passages(): readonly Passage[] {
  if (process.env['EXSYNC_INTEROP'] === 'full') {
    return releases.flatMap((release) =>
      signIns.flatMap((signIn) =>
        databases.map((database) => ({
          setting: { release, signIn, database },
          asProcesses: true,
          share: (list) => list,
        })),
      ),
    );
  }
  return releases.map((release, index) => ({
    setting: {
      release,
      signIn: at(signIns, index),
      // Two databases and three ways to sign in: every pair is met.
      database: at(databases, index),
    },
    asProcesses: index === releases.length - 1,
    share: (list) => list.filter((_one, place) => place % releases.length === index),
  }));
}

export function describeSetting({ release, signIn, database }: Setting): string {
  return `${release}, ${signIn}, ${database}`;
}

function at<T>(list: readonly [T, ...T[]], index: number): T {
  return list[index % list.length] ?? list[0];
}
