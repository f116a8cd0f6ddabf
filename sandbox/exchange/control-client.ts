import { request } from 'node:http';
import type { ControlCommand, ControlCommands } from './control/control-commands.ts';

/** Sends one command; null as input for those that take nothing. Rejects with the sandbox's own words. */
export type SandboxControl = <C extends ControlCommand>(
  command: C,
  input: ControlCommands[C]['in'],
) => Promise<ControlCommands[C]['out']>;

/** Drives a sandbox in another process through the control address it printed. */
export function connectControl(url: string): SandboxControl {
  return async (command, input) => {
    const { status, body } = await post(url, JSON.stringify({ command, input }));
    const answer = JSON.parse(body) as { result: ControlCommands[typeof command]['out']; error?: string };
    if (status !== 200) throw new Error(answer.error ?? `The sandbox answered HTTP ${status}.`);
    return answer.result;
  };
}

function post(url: string, text: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    const sent = request(url, { method: 'POST', headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}
