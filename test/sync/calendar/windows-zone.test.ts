import { expect } from 'chai';
import { localToUtcMs } from '../../../src/sync/calendar/zoned-time.ts';
import {
  ianaToWindows,
  sameZone,
  standardZones,
  windowsToIana,
} from '../../../src/sync/calendar/windows-zone.ts';
import { zoneOfServer } from '../../../src/sync/calendar/server-zone.ts';
import type { ZoneRules } from '../../../src/sync/calendar/zone-rules.ts';

const june = '2025-06-15T09:00:00';

describe('names of time zones', () => {
  const pairs: readonly (readonly [iana: string, windows: string | null])[] = [
    ['Europe/Berlin', 'W. Europe Standard Time'],
    ['Europe/Amsterdam', 'W. Europe Standard Time'],
    ['America/New_York', 'Eastern Standard Time'],
    ['US/Eastern', 'Eastern Standard Time'],
    ['Asia/Kolkata', 'India Standard Time'],
    ['Asia/Calcutta', 'India Standard Time'],
    ['Europe/Kyiv', 'FLE Standard Time'],
    ['Asia/Kathmandu', 'Nepal Standard Time'],
    ['UTC', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['GMT', 'UTC'],
    ['Zulu', 'UTC'],
    ['Etc/GMT-3', 'E. Africa Standard Time'],
    ['Etc/GMT+12', 'Dateline Standard Time'],
    ['europe/london', 'GMT Standard Time'],
    // Since 2024 one hour ahead of its former zone: an old table has it wrong.
    ['Asia/Almaty', 'West Asia Standard Time'],
    ['Antarctica/Troll', null],
    ['Europe/Nowhere', null],
  ];
  for (const [iana, windows] of pairs) {
    it(`${iana} is ${windows ?? 'unknown'} to Windows`, () => expect(ianaToWindows(iana)).to.equal(windows));
  }

  it('lead from Windows to the zone of the world or of a country', () => {
    expect(windowsToIana('W. Europe Standard Time')).to.equal('Europe/Berlin');
    expect(windowsToIana(' w. europe standard time ')).to.equal('Europe/Berlin');
    expect(windowsToIana('W. Europe Standard Time', 'CH')).to.equal('Europe/Zurich');
    expect(windowsToIana('W. Europe Standard Time', 'JP')).to.equal('Europe/Berlin');
    expect(windowsToIana('Customized Time Zone')).to.equal(null);
  });

  it('lead there and back for each zone of Windows', () => {
    expect(standardZones().length).to.be.greaterThan(130);
    for (const zone of standardZones()) expect(windowsToIana(ianaToWindows(zone) ?? '')).to.equal(zone);
  });

  it('are known to Windows for all that Node knows, but for one station in Antarctica', () => {
    const unknown = Intl.supportedValuesOf('timeZone').filter((zone) => ianaToWindows(zone) === null);
    expect(unknown).to.deep.equal(['Antarctica/Troll']);
  });

  it('are the same zone where Windows has one name for both', () => {
    expect(sameZone('Asia/Calcutta', 'Asia/Kolkata')).to.equal(true);
    expect(sameZone('Europe/Berlin', 'Europe/Vienna')).to.equal(true);
    expect(sameZone('Etc/UTC', 'GMT')).to.equal(true);
    expect(sameZone('Antarctica/Troll', 'antarctica/troll')).to.equal(true);
    expect(sameZone('Europe/Berlin', 'Europe/Paris')).to.equal(false);
    expect(sameZone('Europe/Nowhere', 'Europe/Elsewhere')).to.equal(false);
  });
});

function found(id: string, name = '', rules?: ZoneRules, at = june): string {
  const zone = zoneOfServer({ id, name, eras: rules ? [{ fromYear: 0, rules }] : [] }, Date.parse(`${at}Z`));
  return zone === null ? 'none' : `${zone.timeZone}${zone.isExact ? '' : ' (offset only)'}`;
}

const lastSunday = { weekday: 0, week: -1 };
const centralEurope: ZoneRules = {
  baseOffsetMinutes: 60,
  changes: [
    { month: 10, on: lastSunday, atMinutes: 180, offsetMinutes: 60 },
    { month: 3, on: lastSunday, atMinutes: 120, offsetMinutes: 120 },
  ],
};
/** São Paulo in 2018, the last year of its summer time. */
const brazil: ZoneRules = {
  baseOffsetMinutes: -180,
  changes: [
    { month: 2, on: { weekday: 0, week: 3 }, atMinutes: 0, offsetMinutes: -180 },
    { month: 11, on: { weekday: 0, week: 1 }, atMinutes: 0, offsetMinutes: -120 },
  ],
};
const oneHourAhead: ZoneRules = { baseOffsetMinutes: 60, changes: [] };
/** Nobody's: summer time from May to August. */
const ownRules: ZoneRules = {
  baseOffsetMinutes: 60,
  changes: [
    { month: 5, on: lastSunday, atMinutes: 120, offsetMinutes: 120 },
    { month: 8, on: { day: 31 }, atMinutes: 180, offsetMinutes: 60 },
  ],
};

describe('zones that a server tells', () => {
  const table: readonly (readonly [what: string, found: string, expected: string])[] = [
    ['a Windows id', found('Tokyo Standard Time'), 'Asia/Tokyo'],
    ['a Windows id beside other rules', found('Tokyo Standard Time', '', centralEurope), 'Asia/Tokyo'],
    ['an IANA id', found('Europe/Zurich'), 'Europe/Zurich'],
    ['tzone:// for UTC', found('tzone://Microsoft/Utc', '(UTC) Coordinated Universal Time'), 'Etc/UTC'],
    [
      'the name in the words of 2007',
      found('', '(GMT-05:00) Eastern Time (US & Canada)'),
      'America/New_York',
    ],
    ['cities', found('', '(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna'), 'Europe/Berlin'],
    [
      'cities behind a colon',
      found('', '(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London'),
      'Europe/London',
    ],
    ['a half hour', found('', '(GMT+05:30) Chennai, Kolkata, Mumbai, New Delhi'), 'Asia/Calcutta'],
    ['a city whose clocks differ', found('', '(GMT+09:00) Amsterdam'), 'Etc/GMT-9 (offset only)'],
    ['no more than an offset', found('', '(GMT-07:00) Ort ohne Namen'), 'Etc/GMT+7 (offset only)'],
    ['rules that a zone follows', found('tzone://Microsoft/Custom', '', centralEurope), 'Europe/Budapest'],
    ['rules with a city', found('Customized Time Zone', '(UTC+01:00) Paris', centralEurope), 'Europe/Paris'],
    [
      'fixed rules of three quarters',
      found('x', '', { baseOffsetMinutes: 345, changes: [] }),
      'Asia/Katmandu',
    ],
    [
      'rules that a zone followed in the year of the event only',
      found('x', '', brazil, '2018-10-16T13:00:00'),
      'America/Sao_Paulo (offset only)',
    ],
    [
      'such rules beside the place',
      found('x', '(UTC-03:00) Brasilia', brazil, '2018-10-16T13:00:00'),
      'America/Sao_Paulo',
    ],
    [
      'the place, in a year with three changes, of which rules cannot tell',
      found('x', '(UTC+01:00) Casablanca', oneHourAhead, '2018-05-08T08:00:00'),
      'Africa/Casablanca',
    ],
    [
      'the place, in the year of its last change',
      found('x', '(UTC+03:00) Moscow', { baseOffsetMinutes: 240, changes: [] }, '2014-07-30T06:00:00'),
      'Europe/Moscow',
    ],
    [
      'rules without summer time, whatever the place',
      found('x', '(UTC+01:00) Berlin', oneHourAhead, '2025-01-15T08:00:00'),
      'Africa/Lagos',
    ],
    [
      "nobody's rules beside a place whose offset they have",
      found('x', '(UTC+01:00) Paris', ownRules),
      'Europe/Paris (offset only)',
    ],
    ['a place that IANA calls otherwise', found('', '(GMT-03:00) Brasilia'), 'America/Sao_Paulo'],
    ['a place whose standard time has changed', found('', '(UTC+01:00) Casablanca'), 'Africa/Casablanca'],
    ["nobody's rules in summer", found('x', '', ownRules), 'Etc/GMT-2 (offset only)'],
    ["nobody's rules in winter", found('x', '', ownRules, '2025-12-01T00:00:00'), 'Etc/GMT-1 (offset only)'],
    ['an offset that no zone has', found('x', '', { baseOffsetMinutes: 77, changes: [] }), 'none'],
    ['nothing', found('', ''), 'none'],
    ['an abbreviation, which means different zones', found('EST'), 'none'],
  ];
  for (const [what, zone, expected] of table)
    it(`by ${what}: ${expected}`, () => expect(zone).to.equal(expected));

  it('by rules of the year of the event', () => {
    const eras = [
      { fromYear: 0, rules: { baseOffsetMinutes: -180, changes: [] } },
      { fromYear: 2010, rules: centralEurope },
    ];
    const at = (local: string): string | undefined =>
      zoneOfServer({ id: 'x', name: '', eras }, Date.parse(`${local}Z`))?.timeZone;
    expect(localToUtcMs(june, at(june) ?? '')).to.equal(Date.UTC(2025, 5, 15, 7));
    expect(at('2005-06-15T00:00:00')).to.not.equal(at(june));
  });
});
