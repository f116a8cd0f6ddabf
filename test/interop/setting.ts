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
export const signIns = ['basic impersonation', 'basic individual'] as const;
export const databases = ['sqlite'] as const;

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

/** Every setting there is with EXSYNC_INTEROP=full, else a few with each release, sign-in and database among them. */
export function settingsToTest(): readonly Setting[] {
  const every = releases.flatMap((release) =>
    signIns.flatMap((signIn) => databases.map((database) => ({ release, signIn, database }))),
  );
  if (process.env['EXSYNC_INTEROP'] === 'full') return every;
  return releases.map((release, index) => ({
    release,
    signIn: at(signIns, index),
    database: at(databases, index + Math.floor(index / signIns.length)),
  }));
}

export function describeSetting({ release, signIn, database }: Setting): string {
  return `${release}, ${signIn}, ${database}`;
}

function at<T>(list: readonly [T, ...T[]], index: number): T {
  return list[index % list.length] ?? list[0];
}
