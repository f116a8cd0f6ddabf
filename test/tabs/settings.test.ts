import { expect } from 'chai';
import type { Settings } from '../../src/sync/administration.ts';
import type { TabsUser } from '../../src/tabs/ports.ts';
import { formOf, wantedSettings } from '../../src/tabs/settings-form.ts';
import { anna, bob, fillTabs, startTabs, type TabsFixture } from './tabs-fixture.ts';
import { signIn } from './visitor.ts';
import type { Visitor } from './visitor.ts';

const olga: TabsUser = {
  id: 'u-olga',
  name: 'Olga Admin',
  email: 'olga@example.test',
  active: true,
  manager: true,
  administrator: true,
  forbidden: [],
};

/** The fields of the form as a browser would send them. */
function fieldsOf({ html }: Visitor): Record<string, string> {
  const form = html.slice(html.indexOf('action="/settings"'));
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const [, name] = /name="([^"]*)"/.exec(tag) ?? [];
    const [, value = ''] = /value="([^"]*)"/.exec(tag) ?? [];
    const isBox = /type="(checkbox|radio)"/.test(tag);
    if (name !== undefined && (!isBox || /\schecked/.test(tag))) fields[name] = value;
  }
  for (const [, name = '', options = ''] of form.matchAll(
    /<select[^>]* name="([^"]*)"[^>]*>(.*?)<\/select>/gs,
  )) {
    fields[name] = /value="([^"]*)"\s+selected/.exec(options)?.[1] ?? '';
  }
  return fields;
}

describe('the page of the settings', () => {
  let tabs: TabsFixture;
  let visitor: Visitor;
  let before: Settings;
  beforeEach(async () => {
    tabs = await startTabs();
    fillTabs(tabs);
    tabs.users.push(olga);
    before = tabs.settings;
    visitor = await signIn(tabs, olga);
    await visitor.get('/settings');
  });
  afterEach(() => tabs.close());

  const save = (changes: Record<string, string>, dropped: readonly string[] = []): Promise<Response> => {
    const fields = { ...fieldsOf(visitor), ...changes };
    const sent = Object.entries(fields).filter(([name]) => !dropped.includes(name));
    return visitor.post('/settings', Object.fromEntries(sent));
  };

  it('is offered to administrators alone', async () => {
    expect(visitor.html).to.match(/<a href="\/settings"\s+aria-current="page"\s*>Settings<\/a/);
    for (const user of [anna, bob]) {
      const other = await signIn(tabs, user);
      expect(other.html).not.to.contain('/settings');
      expect((await other.get('/settings')).status).to.equal(403);
      expect(other.text).to.contain('Only administrators');
      const form = { ...fieldsOf(visitor), csrf: other.csrf };
      expect((await other.post('/settings', form)).status).to.equal(403);
    }
    expect(tabs.settings).to.equal(before);
  });

  it('changes nothing when what it shows is saved as it is, and says who saved', async () => {
    const response = await save({});
    expect([response.status, response.headers.get('location')]).to.deep.equal([303, '/settings?saved=1']);
    expect(tabs.settings).to.deep.equal(before);
    expect(tabs.audited.at(-1)).to.equal('u-olga settings.saved');
    await visitor.get('/settings?saved=1');
    expect(visitor.text).to.contain('Saved. The next run');
  });

  it('saves what was typed', async () => {
    const response = await save(
      {
        'modules.contacts.way': 'exchangeToCrm',
        'modules.contacts.winner': 'exchange',
        'modules.events.enabled': 'on',
        'modules.events.winner': 'exchange',
        'modules.events.deletes.exchange': 'on',
        'modules.events.firstSyncCap': '',
        privateItems: 'skip',
        'eventWindow.pastDays': ' 90 ',
        'schedule.kind': 'cron',
        'schedule.cron': '0 6-20 * * 1-5',
        'schedule.zone': 'Europe/Berlin',
        'guard.removes.count': '25',
        'guard.removes.share': '12.5',
        'guard.pauseDays': '7',
      },
      ['modules.contacts.deletes.crm'],
    );
    expect(response.status).to.equal(303);
    const { contacts, tasks, events } = before.modules;
    expect(tabs.settings).to.deep.equal({
      ...before,
      modules: {
        contacts: {
          ...contacts,
          type: 'oneWay',
          direction: 'exchangeToCrm',
          // Not asked for where one side leads.
          winner: 'crm',
          deletes: { crm: false, exchange: false },
        },
        tasks,
        events: {
          ...events,
          enabled: true,
          winner: 'exchange',
          deletes: { crm: true, exchange: true },
          firstSyncCap: null,
        },
      },
      privateItems: 'skip',
      eventWindow: { pastDays: 90, futureDays: null },
      schedule: { cron: '0 6-20 * * 1-5', zone: 'Europe/Berlin' },
      guard: { ...before.guard, removes: { count: 25, share: 0.125 }, pauseDays: 7 },
    });
  });

  it('leaves what it has no field for', () => {
    const { modules, ...rest } = before;
    const more = { mapping: { notes: null }, target: 'dedicated' as const };
    const present = { ...rest, later: true, modules: { ...modules, tasks: { ...modules.tasks, ...more } } };
    expect(wantedSettings(present, formOf(present))).to.deep.equal(present);
  });

  it('says beside each field what is wrong with it, keeps what was typed, and saves nothing', async () => {
    const wrong: readonly (readonly [string, string, string])[] = [
      ['modules.contacts.firstSyncCap', '-1', 'At least 0.'],
      ['modules.tasks.way', 'sideways', 'Choose one of these.'],
      ['modules.events.winner', '', 'Choose one of these.'],
      ['privateItems', 'secret', 'Choose one of these.'],
      ['eventWindow.pastDays', 'a year', 'A number is needed.'],
      ['eventWindow.futureDays', '1.5', 'A whole number is needed.'],
      ['schedule.everyMinutes', '0', 'At least 1.'],
      ['guard.removes.count', '', 'A number is needed.'],
      ['guard.creates.share', '101', 'From 0 to 100 per cent.'],
      ['guard.pauseDays', '0', 'At least 1.'],
    ];
    const response = await save(Object.fromEntries<string>(wrong.map(([name, typed]) => [name, typed])));
    expect(response.status).to.equal(400);
    expect(visitor.text).to.contain('Nothing was saved');
    for (const [name, typed, message] of wrong) {
      const id = name.replaceAll('.', '-');
      expect(visitor.html, name).to.contain(`id="${id}-problem">${message}<`);
      expect(visitor.html, name).to.match(
        new RegExp(`id="${id}"[^>]*aria-describedby="[^"]*${id}-problem"[^>]*aria-invalid="true"`),
      );
      if (!/way|winner|privateItems/.test(name)) expect(fieldsOf(visitor)[name], name).to.equal(typed);
    }
    expect(tabs.settings).to.equal(before);
    expect(tabs.audited).not.to.include('u-olga settings.saved');
  });

  for (const [cron, zone, field, message] of [
    ['every day', 'UTC', 'schedule-cron', 'five fields'],
    ['0 0 30 2 *', 'UTC', 'schedule-cron', 'no valid cron expression'],
    ['0 6 * * *', 'Berlin', 'schedule-zone', 'not known'],
    ['0 6 * * *', '', 'schedule-zone', 'needed'],
  ] as const) {
    it(`does not take "${cron}" in "${zone}" for a schedule`, async () => {
      const typed = { 'schedule.kind': 'cron', 'schedule.cron': cron, 'schedule.zone': zone };
      expect((await save(typed)).status).to.equal(400);
      const [, told] = new RegExp(`id="${field}-problem">([^<]*)<`).exec(visitor.html) ?? [];
      expect(told).to.contain(message);
      expect(tabs.settings).to.equal(before);
    });
  }

  it('keeps what was typed when somebody else saved meanwhile, and theirs where nothing was typed', async () => {
    const { guard } = before;
    tabs.settings = { ...before, privateItems: 'full', guard: { ...guard, pauseDays: 30 } };
    tabs.settingsVersion = 2;
    const theirs = tabs.settings;
    const response = await save({ 'schedule.everyMinutes': '20', 'guard.removes.count': '9' });
    expect(response.status).to.equal(409);
    expect(visitor.text).to.contain('Somebody else saved the settings meanwhile');
    expect(tabs.settings).to.equal(theirs);
    expect(fieldsOf(visitor)).to.include({
      'schedule.everyMinutes': '20',
      'guard.pauseDays': '30',
      privateItems: 'full',
    });
    expect(visitor.html).not.to.contain('guard-pauseDays-stored');
    expect(visitor.html).to.contain('id="schedule-everyMinutes-stored">Stored meanwhile: 15<');
    expect(visitor.html).to.contain('id="guard-removes-count-stored">Stored meanwhile: 10<');
    expect(visitor.html).not.to.contain('guard-creates-count-stored');
    tabs.settings = { ...theirs, eventWindow: { pastDays: 90, futureDays: null } };
    tabs.settingsVersion = 3;
    expect((await save({})).status, 'somebody else once more').to.equal(409);
    expect((await save({})).status).to.equal(303);
    expect(tabs.settings).to.deep.equal({
      ...theirs,
      eventWindow: { pastDays: 90, futureDays: null },
      schedule: { everyMinutes: 20 },
      guard: { ...theirs.guard, removes: { ...guard.removes, count: 9 } },
    });
  });

  it('does not forget what somebody else saved because something was wrong as well', async () => {
    const theirs: Settings = { ...before, privateItems: 'full' };
    tabs.settings = theirs;
    tabs.settingsVersion = 2;
    expect((await save({ 'guard.pauseDays': 'none' })).status).to.equal(409);
    expect(visitor.html).to.contain('id="guard-pauseDays-problem">A number is needed.<');
    expect(fieldsOf(visitor)).to.include({ 'guard.pauseDays': 'none', privateItems: 'full' });
    tabs.settingsVersion = 3;
    expect((await save({ 'guard.pauseDays': '14' })).status).to.equal(409);
    expect(tabs.settings).to.equal(theirs);
  });

  it('notices somebody who saves at that very moment', async () => {
    // Between the loading and the saving of one request.
    tabs.beforeSave = () => (tabs.settingsVersion += 1);
    expect((await save({ privateItems: 'full' })).status).to.equal(409);
    expect(tabs.settings).to.equal(before);
  });

  it('needs the token of the session', async () => {
    expect((await save({ csrf: 'x', privateItems: 'full' })).status).to.equal(403);
    const foreign = await visitor.post('/settings', fieldsOf(visitor), { 'sec-fetch-site': 'cross-site' });
    expect(foreign.status).to.equal(403);
    expect(tabs.settings).to.equal(before);
  });

  it('shows what is typed as text', async () => {
    await save({ 'schedule.kind': 'cron', 'schedule.cron': '"><script>alert(1)</script>' });
    expect(visitor.html).not.to.contain('<script>alert');
    expect(visitor.html).to.contain('&lt;script&gt;alert');
  });

  it('has a name for every control', () => {
    const form = visitor.html.slice(visitor.html.indexOf('action="/settings"'));
    const ids = [...form.matchAll(/<(?:input|select)[^>]*\sid="([^"]+)"/g)].map(([, id = '']) => id);
    expect(ids.length).to.be.greaterThan(30);
    for (const id of ids) expect(form, id).to.contain(`<label for="${id}">`);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('says that nothing is removed when a module is switched off', () => {
    expect(visitor.text.match(/Switched off, nothing is removed/g)).to.have.lengthOf(3);
  });
});
