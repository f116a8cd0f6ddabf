import { request as send } from 'node:http';
import { expect } from 'chai';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { ask, codes, syncItems } from './ews-client.ts';

const ALICE = 'alice@example.test';

const REFUSED: readonly (readonly [command: unknown, input: unknown, sentence: string | RegExp])[] = [
  ['restart', null, /^A command is one of inject, failItem, /],
  [7, null, /^A command is one of /],
  ['requests', {}, 'This command takes no input.'],
  ['setPolicy', undefined, 'The input must be an object.'],
  ['setPolicy', { schemes: 5 }, 'The field schemes must be a list that is not empty.'],
  ['setPolicy', { schemes: [] }, 'The field schemes must be a list that is not empty.'],
  ['setPolicy', { schemes: ['kerberos'] }, 'Each member of the field schemes must be one of basic, ntlm.'],
  ['setPolicy', { findCountLimt: 3 }, /^The input has no field "findCountLimt": it takes schemes, /],
  ['setPolicy', { maxConcurrency: 0 }, 'The field maxConcurrency must be a whole number from 1 on.'],
  ['setPolicy', { budget: { requests: 1 } }, 'The field perMs must be a whole number from 1 on.'],
  ['setLatency', { latencyMs: 'abc' }, 'The field latencyMs must be a whole number from 0 to 2147483647.'],
  ['setLatency', { latencyMs: -1 }, 'The field latencyMs must be a whole number from 0 to 2147483647.'],
  ['failItem', {}, 'The field code must be a response code, such as ErrorItemSave.'],
  ['failItem', { code: 'ErrorItemSave' }, /must have itemId or matching/],
  [
    'failItem',
    { code: '</x>', matching: 'a' },
    'The field code must be a response code, such as ErrorItemSave.',
  ],
  ['inject', { kind: 'bogus' }, /^The field kind must be one of serverBusyFault, /],
  ['inject', { kind: 'reset', times: 'x' }, 'The field times must be a whole number from 1 on.'],
  ['inject', { kind: 'reset', operation: 'GetItems' }, /must be an operation of this server/],
  [
    'inject',
    { kind: 'delay', delayMs: 1e12 },
    'The field delayMs must be a whole number from 0 to 2147483647.',
  ],
  [
    'moveMailbox',
    { address: ALICE, phase: 'sideways' },
    'The field phase must be one of moving, moved, here.',
  ],
  [
    'moveMailbox',
    { address: ALICE, phase: 'moved', ewsUrl: 'nowhere' },
    'The field ewsUrl must be an http or https address.',
  ],
  [
    'moveMailbox',
    { address: 'zed@example.test', phase: 'moved' },
    'No mailbox zed@example.test in this sandbox.',
  ],
  ['unlock', { address: 'zed@example.test' }, 'No mailbox zed@example.test in this sandbox.'],
  ['unlock', {}, 'The field address must be a text that is not empty.'],
  ['countItems', { address: ALICE, folder: 'Nowhere' }, 'No folder Nowhere in alice@example.test.'],
  ['touchChangeKey', { itemId: 'nothing' }, 'No item nothing in this sandbox.'],
  [
    'addContact',
    { address: ALICE, values: { 'contacts:Nonsense': 'x' } },
    'The field values names "contacts:Nonsense", which is no field of Exchange.',
  ],
  [
    'addContact',
    { address: ALICE, values: { 'contacts:Surname': 5 } },
    'The field values must hold texts or lists of texts: contacts:Surname does not.',
  ],
];

describe('sandbox control address', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startExchange({ controlPort: 0 });
  });
  afterEach(() => sandbox.close());

  function control(body: string, host?: string): Promise<{ status: number; error: string | undefined }> {
    const headers = { 'content-type': 'application/json', ...(host === undefined ? {} : { host }) };
    return new Promise((resolve, reject) => {
      const sent = send(sandbox.controlUrl ?? '', { method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            error: (JSON.parse(text) as { error?: string }).error,
          }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  for (const [command, input, sentence] of REFUSED) {
    it(`refuses ${String(command)} of ${JSON.stringify(input)} in one sentence, and goes on`, async () => {
      const { status, error = '' } = await control(JSON.stringify({ command, input }));
      expect(status).to.equal(400);
      if (typeof sentence === 'string') expect(error.replace('The input: ', '')).to.equal(sentence);
      else expect(error).to.match(sentence);
      expect(codes(await ask(sandbox.url, syncItems('')))).to.deep.equal(['NoError']);
    });
  }

  for (const body of ['', '{', 'null', '7', '[]']) {
    it(`refuses ${JSON.stringify(body)}`, async () => {
      expect((await control(body)).status).to.equal(400);
    });
  }

  it('answers to the names of loopback alone, with its port', async () => {
    const { port } = new URL(sandbox.controlUrl ?? '');
    const body = JSON.stringify({ command: 'requests', input: null });
    for (const name of ['127.0.0.1', 'localhost', '[::1]'])
      expect((await control(body, `${name}:${port}`)).status).to.equal(200);
    for (const host of [
      'example.test',
      `example.test:${port}`,
      'localhost',
      'localhost:1',
      `localhost.example.test:${port}`,
    ])
      expect(await control(body, host)).to.deep.equal({
        status: 400,
        error: 'The Host must be 127.0.0.1, localhost or [::1], with the port.',
      });
  });
});
