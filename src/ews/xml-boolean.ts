/** XML booleans: `true` or `1`. */
export function isTrue(value: string): boolean {
  const text = value.trim();
  return text === 'true' || text === '1';
}
