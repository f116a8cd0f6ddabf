import { expect } from 'chai';
import type { Mapping } from '../../src/sync/mapping.ts';
import type { TabsUser } from '../../src/tabs/ports.ts';
import { anna, startTabs, type TabsFixture } from './tabs-fixture.ts';
import { signIn } from './visitor.ts';

const boss: TabsUser = { ...anna, id: 'u-boss', name: 'Ada Boss', administrator: true };
const address = '/settings/mapping/contacts';

/** As a browser would send them. */
function fieldsOf(html: string): Record<string, string> {
  const form = html.slice(html.indexOf(`action="${address}"`));
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const selects = [...form.matchAll(/<select[^>]*\sname="([^"]+)"[^>]*>(.*?)<\/select>/gs)];
  return Object.fromEntries([
    ...hidden.map(([, name = '', value = '']) => [name, value] as const),
    ...selects.map(
      ([, name = '', options = '']) => [name, /value="([^"]*)"\s+selected/.exec(options)?.[1] ?? ''] as const,
    ),
  ]);
}

describe('the page of mapped fields', () => {
  let tabs: TabsFixture;

  beforeEach(async () => {
    tabs = await startTabs({ fieldsLacking: () => ['photo'] });
    tabs.settingsVersion = 7;
    tabs.users.push(anna, boss);
  });
  afterEach(() => tabs.close());

  const mapped = (): Mapping => tabs.settings.modules.contacts.mapping;

  it('offers compatible fields of Exchange alone, and none that the release lacks', async () => {
    const visitor = await signIn(tabs, boss);
    await visitor.get(address);
    const [select = ''] = /<select[^>]*id="field-department"[\s\S]*?<\/select>/.exec(visitor.html) ?? [];
    expect(select).to.contain('value="jobTitle"');
    expect(select).to.contain('>Not synced<');
    expect(select).not.to.contain('value="surname"');
    expect(select).not.to.contain('value="mobilePhone"');
    expect(visitor.text).to.contain('Last name Last name, always');
    expect(visitor.text).to.match(/Photo\s.{0,80}This release of Exchange cannot hold it/);
  });

  it('saves what deviates, under the name of whoever did, and leaves what the form does not name', async () => {
    const { modules } = tabs.settings;
    const contacts = { ...modules.contacts, mapping: { birthday: null } };
    tabs.settings = { ...tabs.settings, modules: { ...modules, contacts } };
    const visitor = await signIn(tabs, boss);
    await visitor.get(address);
    const form = { csrf: visitor.csrf, version: '7', 'field.nickname': 'nickname', 'field.notes': '-' };
    const answer = await visitor.post(address, {
      ...form,
      'field.jobTitle': 'department',
      'field.department': 'jobTitle',
    });
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, `${address}?saved=1`]);
    expect(mapped()).to.deep.equal({
      jobTitle: 'department',
      department: 'jobTitle',
      birthday: null,
      notes: null,
    });
    expect(tabs.audited).to.include('u-boss settings.saved');
    await visitor.get(`${address}?saved=1`);
    expect(visitor.text).to.contain('Saved.');
    expect(visitor.html).to.match(/<option value="department" selected\s*>/);
  });

  it('says beside the field what is wrong, and saves nothing', async () => {
    const visitor = await signIn(tabs, boss);
    await visitor.get(address);
    const form = { csrf: visitor.csrf, version: '7', 'field.jobTitle': 'department' };
    expect((await visitor.post(address, form)).status).to.equal(422);
    expect(mapped()).to.deep.equal({});
    const [row = ''] = /<label for="field-jobTitle"[\s\S]*?<\/tr>/.exec(visitor.html) ?? [];
    expect(row).to.contain('Department of Exchange is Department of the CRM already');
    expect(row).to.match(/<option value="department" selected\s*>/);
  });

  it('says when someone else saved meanwhile', async () => {
    const visitor = await signIn(tabs, boss);
    await visitor.get(address);
    const form = { csrf: visitor.csrf, version: '6', 'field.notes': '-' };
    expect((await visitor.post(address, form)).status).to.equal(409);
    expect(visitor.text).to.contain('someone else saved the settings meanwhile');
    // At the same moment.
    tabs.beforeSave = () => void (tabs.settingsVersion += 1);
    expect((await visitor.post(address, { ...form, version: '7' })).status).to.equal(409);
    expect(visitor.text).to.contain('someone else saved the settings meanwhile');
    expect(mapped()).to.deep.equal({});
  });

  it('keeps what was chosen when someone else saved meanwhile, and theirs where nothing was', async () => {
    const visitor = await signIn(tabs, boss);
    await visitor.get(address);
    const { modules } = tabs.settings;
    const contacts = { ...modules.contacts, mapping: { birthday: null } };
    tabs.settings = { ...tabs.settings, modules: { ...modules, contacts } };
    tabs.settingsVersion = 8;
    const chosen = { ...fieldsOf(visitor.html), 'field.notes': '-' };
    expect((await visitor.post(address, chosen)).status).to.equal(409);
    expect(mapped()).to.deep.equal({ birthday: null });
    const again = fieldsOf(visitor.html);
    expect(again).to.include({ version: '8', 'field.notes': '-', 'field.birthday': '-' });
    expect((await visitor.post(address, again)).status).to.equal(303);
    expect(mapped()).to.deep.equal({ birthday: null, notes: null });
  });

  it('is for administrators, and for forms of its own', async () => {
    const manager = await signIn(tabs, anna);
    const csrf = manager.csrf;
    expect((await manager.get(address)).status).to.equal(403);
    const form = { version: '7', 'field.notes': '-' };
    expect((await manager.post(address, { ...form, csrf })).status).to.equal(403);
    const visitor = await signIn(tabs, boss);
    expect((await visitor.post(address, { ...form, csrf: 'guessed' })).status).to.equal(403);
    expect(mapped()).to.deep.equal({});
    expect((await visitor.get('/settings/mapping/mails')).status).to.equal(404);
  });
});
