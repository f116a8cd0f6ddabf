import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { ask, codes, getItems, itemIds, startRecorded } from './ews-client.ts';
import {
  clear,
  create,
  createItems,
  fields,
  findIn,
  remove,
  set,
  text,
  updateItems,
} from './item-requests.ts';
import type { ItemRef } from './item-requests.ts';

const NOW = new Date('2030-03-15T10:00:00Z');
const STATE = [
  'task:CompleteDate',
  'task:IsComplete',
  'task:PercentComplete',
  'task:Status',
  'task:StatusDescription',
];

function task(inner: string): string {
  return `<t:Task><t:Subject>Water the plants</t:Subject>${inner}</t:Task>`;
}

function recurring(
  pattern: string,
  range = '<t:NoEndRecurrence><t:StartDate>2030-03-04Z</t:StartDate></t:NoEndRecurrence>',
): string {
  return task(
    `<t:DueDate>2030-03-04T00:00:00Z</t:DueDate><t:Recurrence>${pattern}${range}</t:Recurrence><t:StartDate>2030-03-04T00:00:00Z</t:StartDate>`,
  );
}

describe('sandbox tasks', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded({ now: () => NOW });
  });
  afterEach(() => server.close());

  const get = (item: ItemRef, shape?: string): Promise<string> => ask(server.url, getItems([item.id], shape));
  const state = async (item: ItemRef): Promise<(string | undefined)[]> => {
    const xml = await get(item, fields(...STATE));
    return ['Status', 'PercentComplete', 'CompleteDate', 'IsComplete'].map((name) => text(xml, name));
  };

  it('keeps every field a client may set [MS-OXWSTASK R42, R44, R47, R49, R53, R58, R60, R63, R65, R67]', async () => {
    const given =
      '<t:ActualWork>30</t:ActualWork><t:BillingInformation>Account 7</t:BillingInformation>' +
      '<t:Companies><t:String>Contoso</t:String><t:String>Fabrikam</t:String></t:Companies>' +
      '<t:Contacts><t:String>Zoë</t:String></t:Contacts><t:DueDate>2030-03-31T00:00:00Z</t:DueDate>' +
      '<t:Mileage>12 km</t:Mileage><t:PercentComplete>25</t:PercentComplete>' +
      '<t:StartDate>2030-03-01T00:00:00Z</t:StartDate><t:Status>InProgress</t:Status><t:TotalWork>90</t:TotalWork>';
    const xml = await get(await create(server.url, task(given)));
    for (const element of given.match(/<t:(\w+)>.*?<\/t:\1>/g) ?? []) expect(xml).to.include(element);
  });

  it('starts as a draft of nothing done [MS-OXWSTASK R5556, R5667] [MS-OXWSCORE R2021]', async () => {
    const xml = await get(await create(server.url, task('')));
    expect(xml).to.include('<t:ItemClass>IPM.Task</t:ItemClass>');
    expect(xml).to.include('<t:IsComplete>false</t:IsComplete><t:IsRecurring>false</t:IsRecurring>');
    expect(xml).to.include(
      '<t:Status>NotStarted</t:Status><t:StatusDescription>Not Started</t:StatusDescription>',
    );
  });

  for (const [status, requirement] of [
    ['Completed', 'R102'],
    ['Deferred', 'R103'],
    ['InProgress', 'R104'],
    ['NotStarted', 'R105'],
    ['WaitingOnOthers', 'R106'],
  ] as const) {
    it(`can be ${status} [MS-OXWSTASK ${requirement}]`, async () => {
      const item = await create(server.url, task(`<t:Status>${status}</t:Status>`));
      expect((await state(item))[0]).to.equal(status);
    });
  }

  const done = ['Completed', '100', '2030-03-15T00:00:00Z', 'true'];
  for (const [property, value, expected] of [
    ['Status', 'Completed', done],
    ['PercentComplete', '100', done],
    ['CompleteDate', '2030-03-10T00:00:00Z', ['Completed', '100', '2030-03-10T00:00:00Z', 'true']],
  ] as const) {
    it(`is complete in every respect once ${property} says so [MS-OXWSTASK R67001, R48, R55, R5555]`, async () => {
      const item = await create(server.url, task('<t:Status>InProgress</t:Status>'));
      await ask(
        server.url,
        updateItems(item, set('Task', `task:${property}`, `<t:${property}>${value}</t:${property}>`)),
      );
      expect(await state(item)).to.deep.equal(expected);
    });
  }

  it('goes by the last of several such properties [MS-OXWSTASK R67002]', async () => {
    const item = await create(server.url, task(''));
    const percent = set('Task', 'task:PercentComplete', '<t:PercentComplete>40</t:PercentComplete>');
    const status = set('Task', 'task:Status', '<t:Status>Completed</t:Status>');
    await ask(server.url, updateItems(item, percent + status));
    expect(await state(item)).to.deep.equal(done);
    await ask(server.url, updateItems(item, status + percent));
    expect(await state(item)).to.deep.equal(['InProgress', '40', undefined, 'false']);
    await ask(server.url, updateItems(item, clear('task:CompleteDate')));
    expect(await state(item)).to.deep.equal(['NotStarted', '0', undefined, 'false']);
  });

  it('refuses shares beyond the whole and completion in the future [MS-OXWSTASK R60]', async () => {
    const item = await create(server.url, task(''));
    for (const [uri, element, code] of [
      [
        'task:PercentComplete',
        '<t:PercentComplete>101</t:PercentComplete>',
        'ErrorInvalidPercentCompleteValue',
      ],
      [
        'task:PercentComplete',
        '<t:PercentComplete>-1</t:PercentComplete>',
        'ErrorInvalidPercentCompleteValue',
      ],
      [
        'task:CompleteDate',
        '<t:CompleteDate>2030-04-01T00:00:00Z</t:CompleteDate>',
        'ErrorInvalidCompleteDate',
      ],
    ] as const) {
      expect(codes(await ask(server.url, updateItems(item, set('Task', uri, element))))).to.deep.equal([
        code,
      ]);
    }
    expect(await state(item)).to.deep.equal(['NotStarted', '0', undefined, 'false']);
  });

  for (const [element, requirement] of [
    ['<t:AssignedTime>2030-01-01T00:00:00Z</t:AssignedTime>', 'R214001'],
    ['<t:ChangeCount>7</t:ChangeCount>', 'R45001'],
    ['<t:Delegator>bob</t:Delegator>', 'R221001'],
    ['<t:IsAssignmentEditable>1</t:IsAssignmentEditable>', 'R223001'],
    ['<t:IsComplete>true</t:IsComplete>', 'R5556001'],
    ['<t:IsRecurring>true</t:IsRecurring>', 'R5667001'],
    ['<t:IsTeamTask>true</t:IsTeamTask>', 'R226001'],
    ['<t:StatusDescription>Nearly</t:StatusDescription>', 'R66001'],
  ] as const) {
    const name = /<t:(\w+)/.exec(element)?.[1] ?? '';
    it(`does not let clients write ${name} [MS-OXWSTASK ${requirement}]`, async () => {
      expect(codes(await ask(server.url, createItems(task(element))))).to.deep.equal([
        'ErrorInvalidPropertySet',
      ]);
      const item = await create(server.url, task(''));
      const update = updateItems(item, set('Task', `task:${name}`, element));
      expect(codes(await ask(server.url, update))).to.deep.equal(['ErrorInvalidPropertySet']);
    });
  }

  it('has an owner from its creation on [MS-OXWSTASK R228001]', async () => {
    const item = await create(server.url, task('<t:Owner>Bob</t:Owner>'));
    expect(text(await get(item), 'Owner')).to.equal('Bob');
    const update = updateItems(item, set('Task', 'task:Owner', '<t:Owner>Eve</t:Owner>'));
    expect(codes(await ask(server.url, update))).to.deep.equal(['ErrorInvalidPropertySet']);
    expect(text(await get(await create(server.url, task(''))), 'Owner')).to.equal('alice');
  });

  it('counts its changes [MS-OXWSTASK R45]', async () => {
    const item = await create(server.url, task(''));
    const before = Number(text(await get(item), 'ChangeCount'));
    await ask(server.url, updateItems(item, set('Task', 'item:Subject', '<t:Subject>x</t:Subject>')));
    expect(Number(text(await get(item), 'ChangeCount'))).to.equal(before + 1);
  });

  it('is never delegated [MS-OXWSTASK R88]', async () => {
    expect(await get(await create(server.url, task('')))).not.to.include('DelegationState');
  });

  for (const [name, pattern, next, requirement] of [
    ['DailyRecurrence', '<t:Interval>3</t:Interval>', '2030-03-07', 'R125'],
    [
      'WeeklyRecurrence',
      '<t:Interval>2</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek><t:FirstDayOfWeek>Sunday</t:FirstDayOfWeek>',
      '2030-03-18',
      'R123',
    ],
    [
      'AbsoluteMonthlyRecurrence',
      '<t:Interval>1</t:Interval><t:DayOfMonth>4</t:DayOfMonth>',
      '2030-04-04',
      'R121',
    ],
    [
      'RelativeMonthlyRecurrence',
      '<t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex>',
      '2030-04-01',
      'R119',
    ],
    [
      'AbsoluteYearlyRecurrence',
      '<t:DayOfMonth>4</t:DayOfMonth><t:Month>March</t:Month>',
      '2031-03-04',
      'R117',
    ],
    [
      'RelativeYearlyRecurrence',
      '<t:DaysOfWeek>Monday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex><t:Month>March</t:Month>',
      '2031-03-03',
      'R115',
    ],
    ['DailyRegeneration', '<t:Interval>3</t:Interval>', '2030-03-18', 'R127'],
    ['WeeklyRegeneration', '<t:Interval>2</t:Interval>', '2030-03-29', 'R129'],
    ['MonthlyRegeneration', '<t:Interval>1</t:Interval>', '2030-04-15', 'R131'],
    ['YearlyRegeneration', '<t:Interval>1</t:Interval>', '2031-03-15', 'R133'],
  ] as const) {
    it(`leaves a completed task and becomes the next of a ${name} [MS-OXWSTASK ${requirement}, R112, R5666]`, async () => {
      const given = `<t:${name}>${pattern}</t:${name}>`;
      const item = await create(server.url, recurring(given));
      const series = await get(item);
      expect(series).to.include(`<t:Recurrence>${given}`).and.include('<t:IsRecurring>true</t:IsRecurring>');
      const answer = await ask(
        server.url,
        updateItems(item, set('Task', 'task:Status', '<t:Status>Completed</t:Status>')),
      );
      const [completed] = itemIds(answer);
      expect(completed?.id).to.be.a('string').and.not.equal(item.id);
      if (completed === undefined) return;
      expect(await state(completed)).to.deep.equal(done);
      expect(await get(completed))
        .to.include('<t:IsRecurring>false<')
        .and.include('<t:DueDate>2030-03-04T00:00:00Z<');
      expect(await state(item)).to.deep.equal(['NotStarted', '0', undefined, 'false']);
      const after = await get(item);
      expect([text(after, 'StartDate'), text(after, 'DueDate')]).to.deep.equal([
        `2030-03-04Z`,
        `${next}T00:00:00Z`,
      ]);
      expect(after).to.include(`<t:StartDate>${next}T00:00:00Z</t:StartDate>`);
    });
  }

  it('ends after the number of tasks it was given', async () => {
    const range =
      '<t:NumberedRecurrence><t:StartDate>2030-03-04Z</t:StartDate><t:NumberOfOccurrences>2</t:NumberOfOccurrences></t:NumberedRecurrence>';
    const item = await create(
      server.url,
      recurring('<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>', range),
    );
    const complete = updateItems(
      item,
      set('Task', 'task:PercentComplete', '<t:PercentComplete>100</t:PercentComplete>'),
    );
    await ask(server.url, complete);
    expect((await state(item))[0]).to.equal('NotStarted');
    const [last] = itemIds(await ask(server.url, complete));
    expect(last?.id).to.equal(item.id);
    expect(await state(item)).to.deep.equal(done);
    expect(itemIds(await ask(server.url, findIn('tasks')))).to.have.length(2);
  });

  it('is deleted only by requests that say which occurrences they mean [MS-OXWSTASK R174, R175]', async () => {
    const weekly =
      '<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek></t:WeeklyRecurrence>';
    const item = await create(server.url, recurring(weekly));
    expect(codes(await ask(server.url, remove(item)))).to.deep.equal([
      'ErrorAffectedTaskOccurrencesRequired',
    ]);
    await ask(
      server.url,
      remove(item, 'DeleteType="HardDelete" AffectedTaskOccurrences="SpecifiedOccurrenceOnly"'),
    );
    expect(await get(item)).to.include('<t:DueDate>2030-03-11T00:00:00Z</t:DueDate>');
    await ask(server.url, remove(item, 'DeleteType="HardDelete" AffectedTaskOccurrences="AllOccurrences"'));
    expect(codes(await get(item))).to.deep.equal(['ErrorItemNotFound']);
  });

  it('is not deleted as one occurrence when there is no next one', async () => {
    const specified = 'DeleteType="HardDelete" AffectedTaskOccurrences="SpecifiedOccurrenceOnly"';
    const single = await create(server.url, task(''));
    const range =
      '<t:NumberedRecurrence><t:StartDate>2030-03-04Z</t:StartDate><t:NumberOfOccurrences>1</t:NumberOfOccurrences></t:NumberedRecurrence>';
    const last = await create(
      server.url,
      recurring('<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>', range),
    );
    for (const item of [single, last]) {
      expect(codes(await ask(server.url, remove(item, specified)))).to.deep.equal([
        'ErrorCannotDeleteTaskOccurrence',
      ]);
      expect(codes(await get(item))).to.deep.equal(['NoError']);
    }
  });

  it('has every property set and deleted by UpdateItem', async () => {
    const elements = {
      ActualWork: '<t:ActualWork>30</t:ActualWork>',
      BillingInformation: '<t:BillingInformation>Account 7</t:BillingInformation>',
      Companies: '<t:Companies><t:String>Contoso</t:String></t:Companies>',
      Contacts: '<t:Contacts><t:String>Zoë</t:String></t:Contacts>',
      DueDate: '<t:DueDate>2030-03-31T00:00:00Z</t:DueDate>',
      Mileage: '<t:Mileage>12 km</t:Mileage>',
      StartDate: '<t:StartDate>2030-03-01T00:00:00Z</t:StartDate>',
      TotalWork: '<t:TotalWork>90</t:TotalWork>',
      Recurrence:
        '<t:Recurrence><t:DailyRegeneration><t:Interval>3</t:Interval></t:DailyRegeneration>' +
        '<t:NoEndRecurrence><t:StartDate>2030-03-01Z</t:StartDate></t:NoEndRecurrence></t:Recurrence>',
    };
    const ofItem = {
      Body: '<t:Body BodyType="HTML">&lt;b&gt;x&lt;/b&gt;</t:Body>',
      Categories: '<t:Categories><t:String>Red</t:String></t:Categories>',
      Importance: '<t:Importance>High</t:Importance>',
      Sensitivity: '<t:Sensitivity>Private</t:Sensitivity>',
      ReminderDueBy: '<t:ReminderDueBy>2030-03-30T08:00:00Z</t:ReminderDueBy>',
      ReminderIsSet: '<t:ReminderIsSet>true</t:ReminderIsSet>',
    };
    const uris = [
      ...Object.keys(elements).map((name) => `task:${name}`),
      ...Object.keys(ofItem).map((name) => `item:${name}`),
    ];
    const given = [...Object.values(elements), ...Object.values(ofItem)];
    const item = await create(server.url, task(''));
    const updates = given.map((element, index) => set('Task', uris[index] ?? '', element)).join('');
    expect(codes(await ask(server.url, updateItems(item, updates)))).to.deep.equal(['NoError']);
    const after = await get(item);
    for (const element of given) expect(after).to.include(element);

    const cleared = uris.filter(
      (uri) => uri !== 'item:ReminderIsSet' && uri !== 'item:Importance' && uri !== 'item:Sensitivity',
    );
    expect(codes(await ask(server.url, updateItems(item, cleared.map(clear).join(''))))).to.deep.equal([
      'NoError',
    ]);
    const bare = await get(item);
    for (const uri of cleared.filter((one) => one !== 'item:Body'))
      expect(bare).to.not.include(`<t:${uri.replace(/.*:/, '')}>`);
    expect(bare).to.include('<t:IsRecurring>false</t:IsRecurring>');
  });

  it('is found by its state and sorted by its date', async () => {
    for (const [day, status] of [
      ['03', 'Deferred'],
      ['01', 'Deferred'],
      ['02', 'NotStarted'],
    ]) {
      await create(
        server.url,
        task(`<t:DueDate>2030-05-${day}T00:00:00Z</t:DueDate><t:Status>${status}</t:Status>`),
      );
    }
    const rest =
      '<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="task:Status"/><t:FieldURIOrConstant><t:Constant Value="Deferred"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>' +
      '<m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="task:DueDate"/></t:FieldOrder></m:SortOrder>';
    const found = await ask(server.url, findIn('tasks', ['task:DueDate'], rest));
    expect([...found.matchAll(/<t:DueDate>2030-05-(\d\d)/g)].map((match) => match[1])).to.deep.equal([
      '01',
      '03',
    ]);
  });

  it('belongs into task folders', async () => {
    const refused = await ask(server.url, createItems(task(''), { folder: 'inbox' }));
    expect(codes(refused)).to.deep.equal(['ErrorCannotCreateTaskInNonTaskFolder']);
  });
});
