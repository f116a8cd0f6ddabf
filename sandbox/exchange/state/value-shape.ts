/** Whether a value from a state is of a shape. */
export type Shape = (value: unknown) => boolean;

export const isText: Shape = (value) => typeof value === 'string';

export function isWhole(least: number, most: number): Shape {
  return (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

export function isOptional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

/** A plain object with these fields at least. */
export function isFields(fields: Readonly<Record<string, Shape>>): Shape {
  const checks = Object.entries(fields);
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    checks.every(([name, shape]) => shape((value as Readonly<Record<string, unknown>>)[name]));
}
