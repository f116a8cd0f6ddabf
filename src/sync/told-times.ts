/** Days and times as items hold them, in words. */
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2 Mar 2026` for `2026-03-02`; what is no day as it is written. */
export function dateText(day: string): string {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  const name = months[Number(month) - 1];
  return name === undefined ? day : `${Number(date)} ${name} ${year ?? ''}`;
}

/** `2 Mar 2026, 10:00` for `2026-03-02T10:00:00`, with UTC where it says so; a day alone for a day. */
export function timeText(time: string): string {
  const [day = '', clock] = time.split('T');
  if (clock === undefined) return dateText(day);
  const [, hours, seconds, zone] = /^(\d{2}:\d{2})(:\d{2})?(Z?)$/.exec(clock) ?? [];
  if (hours === undefined) return time;
  const exact = seconds === undefined || seconds === ':00' ? hours : `${hours}${seconds}`;
  return `${dateText(day)}, ${exact}${zone === 'Z' ? ' UTC' : ''}`;
}
