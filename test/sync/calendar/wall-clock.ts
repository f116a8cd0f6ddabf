/** A second opinion on zones: what clocks show, asked of Node moment by moment, with nothing of src/. */

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;

function clockOf(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return (ms) => format.format(ms).replace(' ', 'T');
}

/** Wall times with all moments that show them, each quarter of an hour within a day of the changes of the clocks. */
export function wallClockMoments(
  timeZone: string,
  { from, to }: { readonly from: string; readonly to: string },
): Map<string, number[]> {
  const show = clockOf(timeZone);
  const moments = new Map<string, number[]>();
  for (let day = Date.parse(from); day <= Date.parse(to); day += DAY_MS) {
    if (show(day).slice(11) === show(day + DAY_MS).slice(11)) continue;
    for (let at = day - DAY_MS; at < day + 2 * DAY_MS; at += QUARTER_MS) {
      const local = show(at);
      const known = moments.get(local);
      if (known === undefined) moments.set(local, [at]);
      else if (!known.includes(at)) known.push(at);
    }
  }
  return moments;
}

/** The first moment that shows `local`; of a time that is skipped, the one that the clocks before would have shown it at. */
export function momentOf(local: string, timeZone: string): number {
  const show = clockOf(timeZone);
  const asUtc = Date.parse(`${local}Z`);
  for (let at = asUtc - 14 * 4 * QUARTER_MS; at <= asUtc + 12 * 4 * QUARTER_MS; at += QUARTER_MS) {
    if (show(at) === local) return at;
  }
  const dayBefore = asUtc - 36 * 4 * QUARTER_MS;
  return asUtc - (Date.parse(`${show(dayBefore)}Z`) - dayBefore);
}
