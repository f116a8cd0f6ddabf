import { expect } from 'chai';
import type { SandboxState } from '../../sandbox/exchange/state/sandbox-state.ts';
import {
  attendees,
  get,
  itemId,
  newEvent,
  occurrenceId,
  remove,
  setEvent,
  update,
  view,
  weekly,
} from './calendar-requests.ts';
import { ask, startRecorded } from './ews-client.ts';

const ZONE =
  '<t:StartTimeZone Id="Mine" Name="Mine"><t:Periods><t:Period Bias="-PT3H" Name="Standard" Id="std"/></t:Periods>' +
  '<t:TransitionsGroups><t:TransitionsGroup Id="0"><t:Transition><t:To Kind="Period">std</t:To></t:Transition>' +
  '</t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition>' +
  '</t:Transitions></t:StartTimeZone>';

describe('sandbox calendar state', () => {
  it('brings series, exceptions, people and zones of their own to another server', async () => {
    const now = (): Date => new Date(Date.UTC(2030, 0, 2));
    const first = await startRecorded({ now });
    const made = await newEvent(
      first.url,
      '<t:Subject>Series</t:Subject><t:Start>2030-06-04T09:00:00</t:Start><t:End>2030-06-04T10:00:00</t:End>' +
        `${attendees('RequiredAttendees', 'bob@example.test')}${weekly('Tuesday', '2030-06-04', 5)}${ZONE}`,
      'SendOnlyToAll',
    );
    await ask(first.url, update(occurrenceId(made, 2), setEvent('<t:Location>Elsewhere</t:Location>')));
    await ask(first.url, remove(occurrenceId(made, 4)));
    const state = JSON.parse(JSON.stringify(first.exportState())) as SandboxState;
    const second = await startRecorded({ now, state });
    const questions = [get(itemId(made)), view('2030-06-01T00:00:00Z', '2030-08-01T00:00:00Z')];
    for (const question of questions) {
      const before = await ask(first.url, question);
      expect(before).to.contain('2030-06-04T06:00:00Z');
      expect(await ask(second.url, question)).to.equal(before);
    }
    await first.close();
    await second.close();
  });
});
