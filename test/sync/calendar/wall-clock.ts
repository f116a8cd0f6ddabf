/** A second opinion on zones: what clocks show, asked of Node moment by moment, with nothing of src/. */

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): (ms: number) => string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(timeZone, format);
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
  // A day and a half to each side the clocks are as before and as after any change that matters.
  const offsets = [asUtc - 1.5 * DAY_MS, asUtc + 1.5 * DAY_MS].map((at) => Date.parse(`${show(at)}Z`) - at);
  const moments = offsets.map((offset) => asUtc - offset);
  const shown = moments.filter((at) => show(at) === local);
  return shown.length > 0 ? Math.min(...shown) : (moments[0] ?? asUtc);
}
