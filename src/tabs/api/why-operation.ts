/** Why a record is, or is not, in step with its owner's mailbox. */
import { z } from 'zod';
import type { Module } from '../../sync/model.ts';
import { accessOf } from './caller.ts';
import { operation } from './operation.ts';
import type { Operation } from './operation.ts';
import { Problem } from './problem.ts';
import { notFound, pascal } from './record-operations.ts';
import type { AnyResource } from './record-schemas.ts';

/** Asks the mailbox of the owner, and writes nothing to either side. */
export type Why = (record: {
  readonly module: Module;
  readonly id: string;
  readonly ownerId: string;
}) => Promise<WhyBody>;

const verdicts = [
  'inStep',
  'due',
  'held',
  'failed',
  'unread',
  'outOfScope',
  'ended',
  'unknown',
  'notSynced',
] as const;

const whySchema = z.object({
  verdict: z
    .enum(verdicts)
    .describe('`due`: the next run changes something. `notSynced`: no run of the mailbox can begin.'),
  because: z.string().describe('One sentence for a person.'),
  remedy: z.string().nullable().describe('What can be done about it.'),
});

type WhyBody = z.infer<typeof whySchema>;

export function whyOperation(resource: AnyResource, why: Why): Operation {
  const { module, noun, store } = resource;
  return operation({
    method: 'get',
    path: `/crm/${module}/:id/sync`,
    id: `why${pascal(noun)}`,
    summary: `Why the ${noun} is, or is not, in step with Exchange`,
    description:
      'Looks at the record as a run would, and changes nothing. Exchange is asked, so it takes a moment.',
    scope: 'crm:read',
    right: module,
    success: { status: 200, description: 'The reason', schema: whySchema },
    problems: { 404: notFound(resource) },
    async handle({ caller, params: { id = '' } }) {
      const [record] = await store.read([id], accessOf(caller));
      if (!record) throw new Problem(404, 'not-found', { detail: notFound(resource) });
      return { status: 200, body: await why({ module, id, ownerId: record.ownerId }) };
    },
  });
}
