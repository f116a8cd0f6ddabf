/** The forms of a Windows account name: `DOMAIN\user`, `user@domain` and plain `user`. */

export interface AccountName {
  readonly user: string;
  /** Empty for `user@domain`, which names its domain itself; undefined where nothing names it. */
  readonly domain: string | undefined;
}

export function readAccountName(name: string): AccountName {
  const backslash = name.indexOf('\\');
  if (backslash >= 0) return { user: name.slice(backslash + 1), domain: name.slice(0, backslash) };
  return { user: name, domain: name.includes('@') ? '' : undefined };
}

/**
 * Upper case as Windows compares names: one UTF-16 unit becomes one unit. JavaScript makes SS of ß, and ASCII letters
 * of ı and ſ, and a proof made with those would be refused like a wrong password.
 */
export function upperCaseOfWindows(name: string): string {
  return name.replace(/[^\0-\x7f]|[a-z]+/g, (part) => {
    const upper = part.toUpperCase();
    return upper.length === part.length && /[^\0-\x7f]/.test(part) === /[^\0-\x7f]/.test(upper)
      ? upper
      : part;
  });
}
