/** Days of the week and months as EWS names them (Microsoft: DayOfWeekType, MonthNamesType). */

/** Sunday first. */
export const dayNames = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** The place of a week in its month by DayOfWeekIndex. */
export const weekNames = { First: 1, Second: 2, Third: 3, Fourth: 4, Last: -1 } as const;
