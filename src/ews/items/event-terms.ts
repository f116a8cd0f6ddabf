/** Words of events in EWS and in ours. */

type Table = readonly (readonly [ours: string, theirs: string])[];

/** LegacyFreeBusyStatus. */
const busyTable: Table = [
  ['free', 'Free'],
  ['tentative', 'Tentative'],
  ['busy', 'Busy'],
  ['outOfOffice', 'OOF'],
  ['workingElsewhere', 'WorkingElsewhere'],
];
/** Sensitivity. */
const privacyTable: Table = [
  ['normal', 'Normal'],
  ['personal', 'Personal'],
  ['private', 'Private'],
  ['confidential', 'Confidential'],
];
/** ResponseType; who has not answered is `NoResponseReceived` or `Unknown`. */
const replyTable: Table = [
  ['accepted', 'Accept'],
  ['tentative', 'Tentative'],
  ['declined', 'Decline'],
];

function toOurs(table: Table): (theirs: string) => string | undefined {
  const found = new Map(table.map(([ours, theirs]) => [theirs, ours]));
  return (theirs) => found.get(theirs);
}

function toTheirs(table: Table): (ours: string) => string | undefined {
  const found = new Map(table);
  return (ours) => found.get(ours);
}

export const busyFromEws = toOurs(busyTable);
export const busyToEws = toTheirs(busyTable);
export const privacyFromEws = toOurs(privacyTable);
export const privacyToEws = toTheirs(privacyTable);
export const replyFromEws = toOurs(replyTable);
