/** Contacts through a real client: exchangelib writes and reads one side, the JSON API the other, and we sync. */
import { expect } from 'chai';
import type { SyncReport } from '../../src/commands/sync.ts';
import type { ModuleSettings } from '../../src/sync/administration.ts';
import type { Value, Values } from '../../src/sync/model.ts';
import { requireServer } from '../db/mysql-scratch.ts';
import { alice, startCompany, startCompanyOfProcesses } from './company.ts';
import type { Company, CompanyOptions } from './company.ts';
import { conflicts, moved, remade, ruleSets, stories } from './contact-stories.ts';
import type { RuleSet } from './contact-stories.ts';
import { asRecord, everyPhone } from './contact-terms.ts';
import { requireExchangelib, startExchangelib } from './exchangelib.ts';
import type { Exchangelib, LibContact } from './exchangelib.ts';
import { addressOf, bluePixel, fullContact, person, redPixel } from './people.ts';
import { describeSetting, passages } from './setting.ts';
import type { Setting } from './setting.ts';
import { handsInside } from './store-hands.ts';
import { requireSchema, WireRecord } from './wire-record.ts';

/** The client of the tests, which only Exchange 2007 refuses. */
let exchangelib: Exchangelib;
/** Whoever works on the mailbox of the present company. */
let outlook: Exchangelib;

interface Stage {
  readonly setting: Setting;
  readonly wire: WireRecord;
}

async function withCompany(
  { setting, wire }: Stage,
  start: (options: CompanyOptions) => Promise<Company>,
  rules: Partial<ModuleSettings>,
  task: (company: Company) => Promise<void>,
): Promise<void> {
  const company = await start({ ...setting, rules, sandbox: { onExchange: wire.keep } });
  try {
    outlook = hasPhotos(setting) ? exchangelib : handsInside(company.sandbox, alice);
    const auth = setting.signIn === 'ntlm impersonation' ? 'ntlm' : 'basic';
    await outlook.connect(company.sandbox.url, alice, 'alice', auth);
    await task(company);
  } finally {
    await company.close();
  }
}

/** Exchange 2007 has no pictures of contacts. */
function hasPhotos({ release }: Setting): boolean {
  return release !== 'Exchange2007_SP1';
}

/** A run that went through: nothing failed, nothing held, and a further run has nothing to do. */
async function syncToRest(company: Company): Promise<SyncReport> {
  const report = await company.sync();
  expect(report).to.deep.include({ state: 'done', error: null, held: 0 });
  expect([report.counts.crm.failed, report.counts.exchange.failed]).to.deep.equal([0, 0]);
  expect(await company.preview(), 'actions of a further run').to.deep.equal([]);
  return report;
}

type ByEmail<T> = Record<string, T>;

/** Both sides by first address. Two contacts with one address are a double, and fail here. */
async function bothSides(company: Company): Promise<{ exchange: ByEmail<LibContact>; crm: ByEmail<Values> }> {
  const [contacts, records] = await Promise.all([outlook.list(), company.crm.all()]);
  const exchange = keyed(contacts.map((contact) => [contact.email_addresses?.['EmailAddress1'], contact]));
  const crm = keyed(records.map(({ values }) => [values['email1'], values]));
  return { exchange, crm };
}

function keyed<T>(entries: readonly (readonly [Value | undefined, T])[]): ByEmail<T> {
  const keys = entries.map(([key]) => textOf(key));
  expect(keys, 'addresses, each once').to.have.lengthOf(new Set(keys).size);
  return Object.fromEntries(entries.map(([key, value]) => [textOf(key), value]));
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The fields people fill in; what Exchange derives from them is looked at apart. */
function filledIn({ display_name: _d, file_as: _f, has_picture: _h, ...contact }: LibContact): LibContact {
  return contact;
}

/** `inExchange`: what is there where Exchange cannot hold all of it. */
function expectBoth(
  sides: Awaited<ReturnType<typeof bothSides>>,
  email: string,
  contact: LibContact,
  inExchange: LibContact = contact,
): void {
  const { categories, ...record } = asRecord(contact);
  const { categories: tags, ...found } = sides.crm[email] ?? {};
  expect(found, `${email} in the CRM`).to.deep.equal(record);
  expect(tags ?? [], `${email} in the CRM, categories`).to.have.members(
    (categories as string[] | undefined) ?? [],
  );
  expectExchange(sides, email, inExchange);
}

function expectExchange(
  { exchange }: Awaited<ReturnType<typeof bothSides>>,
  email: string,
  contact: LibContact,
): void {
  const { categories = [], ...rest } = contact;
  const { categories: tags = [], ...found } = filledIn(exchange[email] ?? {});
  expect(found, `${email} in Exchange`).to.deep.equal(rest);
  expect(tags, `${email} in Exchange, categories`).to.have.members([...categories]);
}

const spoken: Readonly<Record<Setting['release'], string>> = {
  Exchange2007_SP1: 'Exchange2007_SP1',
  Exchange2010_SP1: 'Exchange2010_SP1',
  Exchange2010_SP2: 'Exchange2010_SP2',
  Exchange2013_SP1: 'Exchange2013_SP1',
  Exchange2016: 'Exchange2013_SP1',
  Exchange2019: 'Exchange2013_SP1',
};

describe('contacts between exchangelib and the CRM', function () {
  this.timeout(400_000);

  before(function () {
    requireExchangelib(this);
    exchangelib = startExchangelib();
  });

  after(async () => {
    if (exchangelib) await exchangelib.close();
  });

  for (const { setting, asProcesses, share } of passages()) {
    describe(`with ${describeSetting(setting)}`, () => {
      const stage: Stage = { setting, wire: new WireRecord(setting.release) };
      before(function () {
        requireSchema(this, setting.release);
      });
      if (setting.database === 'mysql') before(requireServer);

      const how = asProcesses ? 'as processes and over the JSON API' : 'over the JSON API';
      it(`come through whole both ways, ${how}`, async () => {
        const start = asProcesses ? startCompanyOfProcesses : startCompany;
        await withCompany(stage, start, {}, (company) => wholeBothWays(company, setting));
      });

      for (const [name, rules] of share(Object.entries(ruleSets))) {
        it(`edited, deleted and moved on both sides, end as the rules say: ${name}`, async () => {
          await withCompany(stage, startCompany, rules, (company) => playThrough(company, name as RuleSet));
        });
      }

      it('were all sent and answered as the schema of Microsoft allows', () => {
        expect(stage.wire.exchanges).to.be.greaterThan(20);
        expect(stage.wire.problems()).to.deep.equal([]);
        const versions = new Set(['Exchange2007_SP1', spoken[setting.release]]);
        expect(stage.wire.versions, 'the oldest asks who is there').to.deep.equal([...versions]);
      });
    });
  }
});

async function wholeBothWays(company: Company, setting: Setting): Promise<void> {
  const bornInExchange = Array.from({ length: 27 }, (_, index) =>
    person(`outlook ${'abcdefghijklmnopqrstuvwxyz_'[index]}`, index),
  );
  const photos = hasPhotos(setting);
  const full: LibContact = { ...fullContact, ...(photos && { photo: [redPixel] }) };
  await outlook.create([fullContact, ...bornInExchange.slice(0, 26)]);
  if (photos) await outlook.photo('zoe@people.example', redPixel);
  const bornInCrm = ['anna', 'bela', 'cleo'].map((key, index) => person(`crm ${key}`, index));
  const twin: LibContact = {
    ...fullContact,
    email_addresses: { EmailAddress1: 'twin@people.example' },
    photo: [bluePixel],
  };
  const { photo: _photo, ...twinWithoutPhoto } = twin;
  for (const one of [...bornInCrm, twin]) await company.crm.create(asRecord(one));
  // Known to both: the CRM lacks the phones, Exchange lacks the notes, and they disagree about the job.
  const shared = person('shared', 5);
  const { phone_numbers: _p, ...inCrm } = {
    ...shared,
    job_title: 'as the CRM says',
    body: 'Only the CRM knows',
  };
  await outlook.create([{ ...shared, job_title: 'as Exchange says' }]);
  await company.crm.create(asRecord(inCrm));

  const { counts, server } = await syncToRest(company);

  expect(server?.schema).to.equal(spoken[setting.release]);
  expect(server?.unsupported).to.deep.equal(photos ? [] : ['photo']);
  expect(counts.crm).to.include({ created: 27, deleted: 0 });
  expect(counts.exchange).to.include({ created: 4, deleted: 0 });
  const sides = await bothSides(company);
  expect(Object.keys(sides.crm)).to.have.members(Object.keys(sides.exchange)).and.lengthOf(32);
  for (const one of [full, ...bornInExchange.slice(0, 26), ...bornInCrm]) {
    expectBoth(sides, one.email_addresses?.['EmailAddress1'] ?? '', one);
  }
  // What Exchange cannot hold stays in the CRM.
  expectBoth(sides, 'twin@people.example', twin, photos ? twin : twinWithoutPhoto);
  // Filled beats empty; of two different values the CRM's wins, as set up by default.
  expectBoth(sides, addressOf('shared'), {
    ...shared,
    job_title: 'as the CRM says',
    body: 'Only the CRM knows',
  });
  expect(sides.exchange['twin@people.example']).to.include({
    display_name: "Dr. Zoë Ann-Sophie O'Brien & Søn <test> Jr.",
    file_as: "O'Brien & Søn <test>, Zoë Ann-Sophie",
    ...(photos && { has_picture: true }),
  });

  // Every field of the full contact changes once from each side, then each is cleared from each side.
  await outlook.edit('zoe@people.example', {
    given_name: 'Zoé',
    phone_numbers: { MobilePhone: '+1 555 0100', Pager: null },
    physical_addresses: { Business: { city: 'Nürnberg' } },
    birthday: '1980-02-29',
    body: 'Rewritten in Outlook',
    categories: ['Customer', 'New & shiny'],
  });
  if (photos) await outlook.photo('zoe@people.example', bluePixel);
  await company.crm.edit('twin@people.example', {
    givenName: 'Zola',
    mobilePhone: '+1 555 0101',
    pager: null,
    businessCity: 'Fürth',
    birthday: '1981-03-01',
    notes: 'Rewritten\nin the CRM',
    categories: null,
    photo: null,
  });
  await syncToRest(company);

  const after = await bothSides(company);
  const { Pager: _gone, ...withoutPager } = everyPhone;
  const { Business, ...elsewhere } = fullContact.physical_addresses ?? {};
  expectBoth(after, 'zoe@people.example', {
    ...fullContact,
    given_name: 'Zoé',
    phone_numbers: { ...withoutPager, MobilePhone: '+1 555 0100' },
    physical_addresses: { Business: { ...Business, city: 'Nürnberg' }, ...elsewhere },
    birthday: '1980-02-29',
    body: 'Rewritten in Outlook',
    categories: ['Customer', 'New & shiny'],
    ...(photos && { photo: [bluePixel] }),
  });
  const { categories: _c, ...untagged } = fullContact;
  expectBoth(after, 'twin@people.example', {
    ...untagged,
    email_addresses: { EmailAddress1: 'twin@people.example' },
    given_name: 'Zola',
    phone_numbers: { ...withoutPager, MobilePhone: '+1 555 0101' },
    physical_addresses: { Business: { ...Business, city: 'Fürth' }, ...elsewhere },
    birthday: '1981-03-01',
    body: 'Rewritten\nin the CRM',
  });
  expect(after.exchange['twin@people.example']).to.include({
    display_name: "Dr. Zola Ann-Sophie O'Brien & Søn <test> Jr.",
    file_as: "O'Brien & Søn <test>, Zola Ann-Sophie",
  });
  expect(after.exchange['twin@people.example']).not.to.have.property('has_picture');
}

/** Where each contact begins: on the leading side, or in turns. */
function isBornInExchange(rules: (typeof ruleSets)[RuleSet], index: number): boolean {
  return rules.type === 'twoWay' ? index % 2 === 0 : rules.direction === 'exchangeToCrm';
}

async function playThrough(company: Company, name: RuleSet): Promise<void> {
  const rules = ruleSets[name];
  const keys = Object.keys(stories);
  const people = keys.map((key) => person(key));
  await outlook.create(people.filter((_, index) => isBornInExchange(rules, index)));
  for (const one of people.filter((_, index) => !isBornInExchange(rules, index)))
    await company.crm.create(asRecord(one));
  // Somebody who lives on the following side stays there alone.
  if (rules.type === 'oneWay') {
    if (rules.direction === 'crmToExchange') await outlook.create([person('follower')]);
    else await company.crm.create(asRecord(person('follower')));
  }
  await syncToRest(company);
  const paired = await bothSides(company);
  for (const one of people) expectBoth(paired, one.email_addresses?.['EmailAddress1'] ?? '', one);
  const idBefore = (await company.crm.byEmail(addressOf(remade))).id;

  const tell = async (what: 'before' | 'later'): Promise<void> => {
    for (const [key, story] of Object.entries(stories)) {
      const hands = { outlook, crm: company.crm, email: addressOf(key), contact: person(key) };
      await story[what]?.exchange?.(hands);
      await story[what]?.crm?.(hands);
    }
  };
  await tell('before');
  const { counts } = await syncToRest(company);
  expect(counts.crm.conflicts + counts.exchange.conflicts, 'conflicts').to.equal(conflicts[name]);
  await tell('later');
  await syncToRest(company);

  const sides = await bothSides(company);
  const expected = { crm: {} as ByEmail<Values>, exchange: {} as ByEmail<LibContact> };
  for (const [key, { ends, departments }] of Object.entries(stories)) {
    const end = ends[name];
    const department = departments?.[name] ?? { crm: 'before', exchange: 'before' };
    const email = addressOf(key);
    if (end.crm !== null) expected.crm[email] = asRecord(titled(person(key), end.crm, department.crm));
    if (end.exchange !== null)
      expected.exchange[email] = titled(person(key), end.exchange, department.exchange);
  }
  if (rules.type === 'oneWay') {
    if (rules.direction === 'crmToExchange') expected.exchange[addressOf('follower')] = person('follower');
    else expected.crm[addressOf('follower')] = asRecord(person('follower'));
  }
  const exchange = Object.fromEntries(
    Object.entries(sides.exchange).map(([email, one]) => [email, filledIn(one)]),
  );
  expect(exchange, 'Exchange').to.deep.equal(expected.exchange);
  expect(sides.crm, 'the CRM').to.deep.equal(expected.crm);

  const elsewhere = (await outlook.list('Elsewhere')).map(filledIn);
  expect(elsewhere, 'the subfolder').to.deep.equal([person(moved)]);
  const idNow = (await company.crm.byEmail(addressOf(remade))).id;
  expect(idNow, 'the record of what was deleted and made again').to.equal(idBefore);
}

function titled(contact: LibContact, title: string, department: string | null): LibContact {
  const { job_title: _t, ...rest } = contact;
  return { ...rest, ...(title === '' ? {} : { job_title: title }), department: department ?? '' };
}
