/** Delta debugging: leaves out what a failing history does not need. */

/** The shortest list found for which `fails` still holds; it does for `list`. Stops trying when `mayGoOn` says so. */
export async function shorten<T>(
  list: readonly T[],
  fails: (shorter: readonly T[]) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<readonly T[]> {
  let shortest = list;
  let size = Math.ceil(shortest.length / 2);
  while (size >= 1) {
    let isShorter = false;
    for (let start = 0; start < shortest.length && mayGoOn();) {
      const without = [...shortest.slice(0, start), ...shortest.slice(start + size)];
      if (await fails(without)) {
        shortest = without;
        isShorter = true;
      } else start += size;
    }
    if (!mayGoOn()) break;
    if (size > 1) size = Math.ceil(size / 2);
    else if (!isShorter) break;
  }
  return shortest;
}
