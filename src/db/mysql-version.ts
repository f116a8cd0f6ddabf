/** Whether a server is MySQL 8.0, MariaDB 10.6 or later. MariaDB calls itself `10.11.6-MariaDB`, to some clients `5.5.5-10.11.6-MariaDB`. */
export function isKnownVersion(version: string): boolean {
  const [, major = '0', minor = '0'] = /^(?:5\.5\.5-(?=\d))?(\d+)\.(\d+)/.exec(version) ?? [];
  const number = Number(major) * 1_000 + Number(minor);
  return version.includes('MariaDB') ? number >= 10_006 : number >= 8_000;
}
