/** Recurrence rules as the CRM takes them: checked, in their one spelling, and with messages for people. */
import { formatRule, parseRule } from '../../sync/calendar/rule-text.ts';
import type { EventStart } from '../../sync/calendar/local-time.ts';
import type { RecurrenceRule, RuleProblem } from '../../sync/calendar/recurrence-rule.ts';

export type RuleCheck =
  { readonly rule: RecurrenceRule; readonly text: string } | { readonly message: string };

const messages: Readonly<Record<RuleProblem['code'], string>> = {
  malformed: 'not a rule of RFC 5545',
  part: 'Exchange has no such recurrence',
  shortMonths:
    'leaves months out, which Exchange does not: write BYMONTHDAY=28,29,30;BYSETPOS=-1 or BYMONTHDAY=-1',
  interval: 'outside 1 to 999',
  count: 'outside 1 to 999',
  noOccurrence: 'ends before it begins',
};

export function checkRule(text: string, start: EventStart): RuleCheck {
  const parsed = parseRule(text, start);
  if ('problem' in parsed) return { message: `${parsed.problem.part}: ${messages[parsed.problem.code]}` };
  return { rule: parsed.rule, text: formatRule(parsed.rule) };
}
