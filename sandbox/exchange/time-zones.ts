/** The time zones this server offers, with the rules of ICU behind the names of Windows. */
import { icuZone } from './calendar/icu-zone.ts';
import type { Zone } from './calendar/zone.ts';
import { UTC } from './calendar/zone.ts';

const NAMED: readonly (readonly [id: string, iana: string, name: string])[] = [
  ['Hawaiian Standard Time', 'Pacific/Honolulu', '(UTC-10:00) Hawaii'],
  ['Alaskan Standard Time', 'America/Anchorage', '(UTC-09:00) Alaska'],
  ['Pacific Standard Time', 'America/Los_Angeles', '(UTC-08:00) Pacific Time (US & Canada)'],
  ['US Mountain Standard Time', 'America/Phoenix', '(UTC-07:00) Arizona'],
  ['Mountain Standard Time', 'America/Denver', '(UTC-07:00) Mountain Time (US & Canada)'],
  ['Central Standard Time', 'America/Chicago', '(UTC-06:00) Central Time (US & Canada)'],
  ['SA Pacific Standard Time', 'America/Bogota', '(UTC-05:00) Bogota, Lima, Quito, Rio Branco'],
  ['Eastern Standard Time', 'America/New_York', '(UTC-05:00) Eastern Time (US & Canada)'],
  ['Atlantic Standard Time', 'America/Halifax', '(UTC-04:00) Atlantic Time (Canada)'],
  ['Newfoundland Standard Time', 'America/St_Johns', '(UTC-03:30) Newfoundland'],
  ['E. South America Standard Time', 'America/Sao_Paulo', '(UTC-03:00) Brasilia'],
  ['Argentina Standard Time', 'America/Argentina/Buenos_Aires', '(UTC-03:00) City of Buenos Aires'],
  ['Azores Standard Time', 'Atlantic/Azores', '(UTC-01:00) Azores'],
  ['Morocco Standard Time', 'Africa/Casablanca', '(UTC+01:00) Casablanca'],
  ['GMT Standard Time', 'Europe/London', '(UTC+00:00) Dublin, Edinburgh, Lisbon, London'],
  ['Greenwich Standard Time', 'Atlantic/Reykjavik', '(UTC+00:00) Monrovia, Reykjavik'],
  [
    'W. Europe Standard Time',
    'Europe/Berlin',
    '(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna',
  ],
  [
    'Central Europe Standard Time',
    'Europe/Budapest',
    '(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague',
  ],
  ['Romance Standard Time', 'Europe/Paris', '(UTC+01:00) Brussels, Copenhagen, Madrid, Paris'],
  ['Central European Standard Time', 'Europe/Warsaw', '(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb'],
  ['GTB Standard Time', 'Europe/Bucharest', '(UTC+02:00) Athens, Bucharest'],
  ['FLE Standard Time', 'Europe/Kiev', '(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius'],
  ['South Africa Standard Time', 'Africa/Johannesburg', '(UTC+02:00) Harare, Pretoria'],
  ['Israel Standard Time', 'Asia/Jerusalem', '(UTC+02:00) Jerusalem'],
  ['Russian Standard Time', 'Europe/Moscow', '(UTC+03:00) Moscow, St. Petersburg'],
  ['Turkey Standard Time', 'Europe/Istanbul', '(UTC+03:00) Istanbul'],
  ['Arabian Standard Time', 'Asia/Dubai', '(UTC+04:00) Abu Dhabi, Muscat'],
  ['India Standard Time', 'Asia/Kolkata', '(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi'],
  ['Nepal Standard Time', 'Asia/Kathmandu', '(UTC+05:45) Kathmandu'],
  ['SE Asia Standard Time', 'Asia/Bangkok', '(UTC+07:00) Bangkok, Hanoi, Jakarta'],
  ['China Standard Time', 'Asia/Shanghai', '(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi'],
  ['Singapore Standard Time', 'Asia/Singapore', '(UTC+08:00) Kuala Lumpur, Singapore'],
  ['Tokyo Standard Time', 'Asia/Tokyo', '(UTC+09:00) Osaka, Sapporo, Tokyo'],
  ['Korea Standard Time', 'Asia/Seoul', '(UTC+09:00) Seoul'],
  ['Cen. Australia Standard Time', 'Australia/Adelaide', '(UTC+09:30) Adelaide'],
  ['AUS Eastern Standard Time', 'Australia/Sydney', '(UTC+10:00) Canberra, Melbourne, Sydney'],
  ['Lord Howe Standard Time', 'Australia/Lord_Howe', '(UTC+10:30) Lord Howe Island'],
  ['New Zealand Standard Time', 'Pacific/Auckland', '(UTC+12:00) Auckland, Wellington'],
  ['Samoa Standard Time', 'Pacific/Apia', '(UTC+13:00) Samoa'],
];

export const TIME_ZONES: readonly Zone[] = [UTC, ...NAMED.map(([id, iana, name]) => icuZone(id, name, iana))];

const BY_NAME = new Map(
  TIME_ZONES.flatMap((zone) => [
    [zone.id.toLowerCase(), zone],
    [zone.name.toLowerCase(), zone],
  ]),
);

/** The zone of a Windows name, or of a display name as Exchange 2007 clients send it. */
export function findTimeZone(name: string): Zone | undefined {
  return BY_NAME.get(name.trim().toLowerCase());
}
