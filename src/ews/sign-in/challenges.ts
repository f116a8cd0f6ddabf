/** What a server offers in `WWW-Authenticate` (RFC 9110, 11.6.1), in several header lines or in one. */

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** What follows the scheme: parameters, or the token of NTLM. */
  readonly rest: string;
}

export function readChallenges(header: string | readonly string[] | undefined): Challenge[] {
  const line = Array.isArray(header) ? header.join(', ') : ((header as string | undefined) ?? '');
  const challenges: Challenge[] = [];
  for (const part of line.match(betweenCommas) ?? []) {
    const [, scheme, rest] = challengeStart.exec(part.trim()) ?? [];
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), rest: rest ?? '' });
  }
  return challenges;
}

export function offers(challenges: readonly Challenge[], scheme: string): boolean {
  return challenges.some((challenge) => challenge.scheme === scheme);
}

const betweenCommas = /(?:"(?:\\.|[^"\\])*"|[^,"]|")+/g;
/** Not `name=value`: that belongs to the challenge before. */
const challengeStart = /^([\w!#$%&'*+.^`|~-]+)(?:\s+([^=\s].*))?$/;
