import { expect } from 'chai';
import { fieldsOf } from '../../src/sync/fields.ts';
import { changedLines, deviations, mappingLines, mappingProblems } from '../../src/sync/mapping.ts';
import type { Mapping } from '../../src/sync/mapping.ts';
import { modules } from '../../src/sync/model.ts';
import type { Module } from '../../src/sync/model.ts';
import { keyFieldsOf } from '../../src/sync/natural-keys.ts';

const allowed: readonly (readonly [Module, Mapping])[] = [
  ['contacts', {}],
  ['contacts', { jobTitle: 'jobTitle' }],
  ['contacts', { department: null }],
  ['contacts', { jobTitle: 'department', department: 'jobTitle' }],
  ['contacts', { jobTitle: 'department', department: 'nickname', nickname: null }],
  ['contacts', { email2: 'email3', email3: 'email2' }],
  ['contacts', { mobilePhone: 'homePhone', homePhone: null }],
  ['contacts', { photo: null, notes: null, categories: null, birthday: null }],
  ['tasks', { status: null, percentComplete: null, completedDate: null }],
  ['tasks', { notes: null, reminder: null, priority: null }],
  ['events', { categories: null, replies: null }],
];

const refused: readonly (readonly [Module, Mapping, readonly (readonly [string, RegExp])[]])[] = [
  [
    'contacts',
    { shoeSize: 'notes' },
    [['shoeSize', /^There is no field shoeSize among the contacts of the CRM/]],
  ],
  ['contacts', { notes: 'memo' }, [['notes', /^There is no field memo among the contacts of Exchange/]]],
  ['contacts', { subject: null }, [['subject', /no field subject among the contacts/]]],
  ['contacts', { ['__proto__']: null }, [['__proto__', /no field __proto__/]]],
  ['contacts', { notes: 'constructor' }, [['notes', /no field constructor/]]],
  [
    'contacts',
    { jobTitle: 'mobilePhone', mobilePhone: null },
    [['jobTitle', /^Job title and Mobile phone hold different kinds of values/]],
  ],
  [
    'contacts',
    { jobTitle: 'department' },
    [['jobTitle', /^Department of Exchange is Department of the CRM already/]],
  ],
  [
    'contacts',
    { jobTitle: 'department', nickname: 'department', department: null },
    [
      ['nickname', /^Department of Exchange is Job title of the CRM already/],
      ['jobTitle', /^Department of Exchange is Nickname of the CRM already/],
    ],
  ],
  [
    'contacts',
    { email1: null },
    [['email1', /^E-mail is always synced, and with the field of the same name/]],
  ],
  [
    'contacts',
    { givenName: 'surname', surname: 'givenName' },
    [
      ['givenName', /always/],
      ['surname', /always/],
    ],
  ],
  ['contacts', { nickname: 'surname' }, [['nickname', /^Nickname cannot be Last name of Exchange/]]],
  ['tasks', { status: null }, [['status', /^Status, Percent complete and Completed on belong together/]]],
  ['tasks', { subject: null }, [['subject', /always/]]],
  [
    'tasks',
    { startDate: 'completedDate', completedDate: 'startDate' },
    [
      ['startDate', /always/],
      ['completedDate', /cannot be Start date/],
    ],
  ],
  [
    'tasks',
    { startDate: null, dueDate: null, recurrence: null },
    [
      ['startDate', /always/],
      ['dueDate', /always/],
      ['recurrence', /always/],
    ],
  ],
  [
    'tasks',
    { priority: 'status', status: 'priority' },
    [
      ['status', /^Status cannot be Priority/],
      ['priority', /^Priority cannot be Status/],
    ],
  ],
  ['events', { start: null }, [['start', /always/]]],
  [
    'events',
    { start: 'end', end: 'start' },
    [
      ['start', /always/],
      ['end', /always/],
    ],
  ],
  [
    'events',
    { organizer: 'location', location: 'organizer' },
    [
      ['location', /always/],
      ['organizer', /always/],
    ],
  ],
  [
    'events',
    { attendees: null, privacy: null },
    [
      ['privacy', /always/],
      ['attendees', /always/],
    ],
  ],
  ['events', { replies: 'attendees' }, [['replies', /^Replies cannot be Attendees/]]],
];

const named = (mapping: Mapping): string => JSON.stringify(mapping);

describe('the mapping of fields', () => {
  for (const [module, mapping] of allowed) {
    it(`of ${module} may be ${named(mapping)}`, () => {
      expect(mappingProblems(module, mapping)).to.deep.equal([]);
    });
  }

  for (const [module, mapping, problems] of refused) {
    it(`of ${module} may not be ${named(mapping)}`, () => {
      const found = mappingProblems(module, mapping);
      expect(found.map(({ field }) => field)).to.have.members(problems.map(([field]) => field));
      for (const [field, text] of problems)
        expect(found.find((problem) => problem.field === field)?.message).to.match(text);
    });
  }

  it('offers what may be chosen, and every choice alone is refused for nothing but a field taken twice', () => {
    for (const module of modules) {
      for (const { field, choices, maySwitchOff } of mappingLines(module, {}, new Set())) {
        expect(choices).to.include(field);
        for (const choice of choices.filter((one) => one !== field)) {
          // The two change places.
          expect(
            mappingProblems(module, { [field]: choice, [choice]: field }),
            `${field}=${choice}`,
          ).to.deep.equal([]);
        }
        const off = mappingProblems(module, { [field]: null }).filter(
          ({ message }) => !message.includes('belong together'),
        );
        expect(off.length === 0, `${field} off`).to.equal(maySwitchOff);
      }
    }
  });

  it('never takes from items what they are recognised by', () => {
    for (const module of modules) {
      const off = Object.fromEntries(fieldsOf[module].map(({ name }) => [name, null]));
      const kept = mappingProblems(module, off).map(({ field }) => field);
      // A second and a third address only add to the first.
      expect(kept).to.include.members(keyFieldsOf(module).filter((name) => !/^email[23]$/.test(name)));
    }
  });

  it('does not offer what the release cannot hold, and says where it is mapped all the same', () => {
    const lines = mappingLines('contacts', { nickname: null }, new Set(['photo', 'department']));
    const line = (field: string) => lines.find((one) => one.field === field);
    expect(line('photo')).to.deep.include({ exchange: 'photo', supported: false });
    expect(line('jobTitle')?.choices).to.include('suffix').and.not.include('department');
    expect(line('nickname')).to.deep.include({ exchange: null, supported: true });
  });

  it('keeps what deviates alone, whatever way it was said', () => {
    expect(
      JSON.stringify(
        deviations('contacts', {
          notes: null,
          jobTitle: 'department',
          prefix: 'prefix',
          department: 'jobTitle',
        }),
      ),
    ).to.equal('{"jobTitle":"department","department":"jobTitle","notes":null}');
  });

  it('knows which lines differ', () => {
    expect(changedLines({}, { jobTitle: 'jobTitle' })).to.deep.equal([]);
    expect(changedLines({ notes: null, jobTitle: 'department' }, { jobTitle: 'nickname' })).to.deep.equal([
      'notes',
      'jobTitle',
    ]);
  });
});
