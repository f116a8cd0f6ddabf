/** What the checks of control commands are built of. Each throws an Error of one plain sentence, or does nothing. */

/** `what` is how the sentence calls the value. */
export type Check = (value: unknown, what: string) => void;

/** The longest time that a timer of Node.js takes. */
const MOST_MS = 2 ** 31 - 1;

/** An object with these fields and no others; the checks are those of each field, required unless `optional`. */
export function objectOf<T extends object>(checks: { readonly [K in keyof T]-?: Check }): Check {
  return (value, what) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`${what} must be an object.`);
    const fields = value as Readonly<Record<string, unknown>>;
    const names = Object.keys(checks);
    const strange = Object.keys(fields).find((name) => !names.includes(name));
    if (strange !== undefined)
      throw new Error(`${what} has no field ${JSON.stringify(strange)}: it takes ${names.join(', ')}.`);
    for (const [name, check] of Object.entries<Check>(checks)) check(fields[name], `The field ${name}`);
  };
}

export function optional(check: Check): Check {
  return (value, what) => {
    if (value !== undefined) check(value, what);
  };
}

export const nothing: Check = (value) => {
  if (value !== undefined && value !== null) throw new Error('This command takes no input.');
};

export const text: Check = (value, what) => {
  if (typeof value !== 'string' || value === '') throw new Error(`${what} must be a text that is not empty.`);
};

export const flag: Check = (value, what) => {
  if (typeof value !== 'boolean') throw new Error(`${what} must be true or false.`);
};

/** A whole number from `least` on. */
export function wholeFrom(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  return (value, what) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
      const end = most === Number.MAX_SAFE_INTEGER ? ' on' : ` to ${most}`;
      throw new Error(`${what} must be a whole number from ${least}${end}.`);
    }
  };
}

/** A time that something waits. */
export const milliseconds = wholeFrom(0, MOST_MS);
/** A time that goes by again and again. */
export const interval = wholeFrom(1, MOST_MS);

export function oneOf(words: readonly string[]): Check {
  return (value, what) => {
    if (typeof value !== 'string' || !words.includes(value))
      throw new Error(`${what} must be one of ${words.join(', ')}.`);
  };
}

/** A list of at least one. */
export function listOf(check: Check): Check {
  return (value, what) => {
    if (!Array.isArray(value) || value.length === 0)
      throw new Error(`${what} must be a list that is not empty.`);
    for (const one of value) check(one, `Each member of ${what.charAt(0).toLowerCase()}${what.slice(1)}`);
  };
}
