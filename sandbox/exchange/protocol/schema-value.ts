/** Checks of text against simple types; each returns what is wrong in the words of a schema validator. */

export type ValueCheck = (value: string) => string | undefined;

interface SimpleRule {
  readonly name: string;
  readonly base: string;
  readonly facets: readonly string[];
}

const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  '.byte': [-128n, 127n],
  '.short': [-32_768n, 32_767n],
  '.int': [-2_147_483_648n, 2_147_483_647n],
  '.long': [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
  '.unsignedByte': [0n, 255n],
  '.unsignedShort': [0n, 65_535n],
  '.unsignedInt': [0n, 4_294_967_295n],
  '.nonNegativeInteger': [0n, 10n ** 30n],
  '.positiveInteger': [1n, 10n ** 30n],
  '.integer': [-(10n ** 30n), 10n ** 30n],
};
const ZONE = '(?:Z|[+-](?:0\\d|1[0-3]):[0-5]\\d|[+-]14:00)?';
const DATE = '-?\\d{4,}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const TIME = '(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?|24:00:00(?:\\.0+)?)';
const SHAPES: Readonly<Record<string, RegExp>> = {
  '.boolean': /^(?:true|false|1|0)$/,
  '.dateTime': new RegExp(`^${DATE}T${TIME}${ZONE}$`),
  '.date': new RegExp(`^${DATE}${ZONE}$`),
  '.time': new RegExp(`^${TIME}${ZONE}$`),
  '.duration': /^-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/,
  '.decimal': /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/,
  '.double': /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NaN)$/,
  '.float': /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NaN)$/,
  '.language': /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/,
  '.base64Binary': /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/,
  '.hexBinary': /^(?:[0-9A-Fa-f]{2})*$/,
};
const FREE: ReadonlySet<string> = new Set([
  '.string',
  '.anyURI',
  '.anyType',
  '.anySimpleType',
  '.normalizedString',
]);

function datatype(name: string): string {
  return name.startsWith('.')
    ? `http://www.w3.org/2001/XMLSchema:${name.slice(1)}`
    : `http://schemas.microsoft.com/exchange/services/2006/${name.startsWith('m:') ? `messages:${name.slice(2)}` : `types:${name}`}`;
}

function invalid(value: string, name: string, why: string): string {
  return `The value '${value}' is invalid according to its datatype '${datatype(name)}' - ${why}`;
}

/** Makes the check of a simple type; `find` gives the checks of the types it is made of. */
export function valueCheck(rule: SimpleRule, find: (name: string) => ValueCheck): ValueCheck {
  if (rule.name === rule.base) return builtIn(rule.name);
  if (rule.base.startsWith('*')) {
    const each = find(rule.base.slice(1));
    return (value) =>
      value
        .split(/\s+/)
        .filter((one) => one !== '')
        .map(each)
        .find((wrong) => wrong !== undefined);
  }
  if (rule.base.includes('|')) {
    const any = rule.base.split('|').map(find);
    return (value) => {
      const wrongs = any.map((check) => check(value));
      return wrongs.includes(undefined) ? undefined : wrongs[0];
    };
  }
  return restricted(rule, find(rule.base));
}

function builtIn(name: string): ValueCheck {
  if (FREE.has(name)) return () => undefined;
  const range = INTEGERS[name];
  if (range !== undefined) {
    return (given) => {
      const value = given.trim();
      const fits = /^[+-]?\d{1,30}$/.test(value) && BigInt(value) >= range[0] && BigInt(value) <= range[1];
      return fits ? undefined : invalid(value, name, 'The string is not a valid value.');
    };
  }
  const shape = SHAPES[name];
  if (shape === undefined) return () => undefined;
  return (given) => {
    const value = given.trim();
    const real = shape.test(value) && (!/^\.date/.test(name) || isRealDate(value));
    return real ? undefined : invalid(value.slice(0, 100), name, 'The string is not a valid value.');
  };
}

function isRealDate(value: string): boolean {
  const [year = 0, month = 1, day = 1] = value.slice(0, 10).split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function restricted({ name, base, facets }: SimpleRule, underlying: ValueCheck): ValueCheck {
  const of = (sign: string): string[] =>
    facets.filter((one) => one.startsWith(sign)).map((one) => one.slice(1));
  const enumeration = new Set(of('"'));
  const patterns = of('/').map((one) => new RegExp(`^(?:${one})$`, 'u'));
  const [least] = of('>').map(Number);
  const [most] = of('<').map(Number);
  const numeric = INTEGERS[base] !== undefined || base === '.double' || base === '.decimal';
  return (given) => {
    const wrong = underlying(given);
    if (wrong !== undefined) return wrong;
    const value = numeric ? given.trim() : given;
    if (enumeration.size > 0 && !enumeration.has(value.trim())) {
      return invalid(value.trim(), name, 'The Enumeration constraint failed.');
    }
    if (patterns.length > 0 && !patterns.some((one) => one.test(value))) {
      return invalid(value, name, 'The Pattern constraint failed.');
    }
    const size = numeric ? Number(value) : value.length;
    if (least !== undefined && size < least) {
      return invalid(value, name, `The ${numeric ? 'MinInclusive' : 'MinLength'} constraint failed.`);
    }
    if (most !== undefined && size > most) {
      return invalid(
        value.slice(0, 100),
        name,
        `The ${numeric ? 'MaxInclusive' : 'MaxLength'} constraint failed.`,
      );
    }
    return undefined;
  };
}
