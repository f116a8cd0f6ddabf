/** What is wrong with settings, in words for people. */
import type { z } from 'zod';
import type { SettingProblem } from '../../sync/administration.ts';
import { settingsSchema } from './settings-schema.ts';

type Issue = z.core.$ZodIssue;

export function schemaProblems(settings: unknown): SettingProblem[] {
  const result = settingsSchema.safeParse(settings);
  return result.success ? [] : problemsOf(result.error.issues);
}

export function problemsOf(issues: readonly Issue[], above: readonly PropertyKey[] = []): SettingProblem[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'invalid_union') {
      // What was meant is the kind that needs the least to be right.
      const [nearest] = [...issue.errors].sort((one, other) => one.length - other.length);
      if (nearest !== undefined) return problemsOf(nearest, path);
    }
    return [{ path: path.map(String).join('.'), message: messageOf(issue) }];
  });
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string' ? 'is needed' : `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_type':
      if (issue.expected === 'int') return 'a whole number is needed';
      return issue.expected === 'number' ? 'a number is needed' : issue.message;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}
