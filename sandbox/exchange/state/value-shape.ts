/** Whether a value from a state is of a shape. */
export type Shape = (value: unknown) => boolean;

export const isText: Shape = (value) => typeof value === 'string';

export function isWhole(least: number, most: number): Shape {
  return (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

export function isOptional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

/** An object with these fields and no others. */
export function isFields(fields: Readonly<Record<string, Shape>>): Shape {
  const checks = Object.entries(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const given = value as Readonly<Record<string, unknown>>;
    return (
      Object.keys(given).every((name) => Object.hasOwn(fields, name)) &&
      checks.every(([name, shape]) => shape(given[name]))
    );
  };
}
