/** A mailbox in the hands of exchangelib, an Exchange client that shares nothing with us. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';

const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('exchangelib_contacts.py', import.meta.url));

/** A contact as exchangelib names and shows it: filled fields only; `photo` holds each picture in base64. */
export interface LibContact {
  readonly name_prefix?: string;
  readonly given_name?: string;
  readonly middle_name?: string;
  readonly surname?: string;
  readonly generation?: string;
  readonly nickname?: string;
  readonly company_name?: string;
  readonly job_title?: string;
  readonly department?: string;
  readonly business_homepage?: string;
  readonly display_name?: string;
  readonly file_as?: string;
  readonly email_addresses?: Readonly<Record<string, string>>;
  readonly phone_numbers?: Readonly<Record<string, string>>;
  readonly physical_addresses?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly birthday?: string;
  readonly body?: string;
  readonly categories?: readonly string[];
  readonly photo?: readonly string[];
  readonly has_picture?: boolean;
}

/** Changes by name; null clears. Of keyed values only the named keys change. */
export type LibChanges = {
  readonly [Field in keyof LibContact]?: LibContact[Field] | Readonly<Record<string, string | null>> | null;
};

export interface Exchangelib {
  connect(url: string, user: string, password: string, auth?: 'basic' | 'ntlm'): Promise<void>;
  create(contacts: readonly LibContact[], folder?: string): Promise<void>;
  list(folder?: string): Promise<LibContact[]>;
  edit(email: string, set: LibChanges): Promise<void>;
  /** An empty text takes the picture away. */
  photo(email: string, content: string): Promise<void>;
  delete(email: string, how: 'trash' | 'hard'): Promise<void>;
  /** From the contacts folder into one below it, which is made when it is not there. */
  moveInto(folder: string, email: string): Promise<void>;
  moveBack(folder: string, email: string): Promise<void>;
  close(): Promise<void>;
}

/** Folders below the root of the mailbox are named with a / before their name. */
export interface ExchangelibFolders extends Exchangelib {
  /** To Deleted Items. */
  trashFolder(folder: string): Promise<void>;
}

/** Skips loudly where exchangelib is missing; with CI=true that is a failure. */
export function requireExchangelib(context: Context): void {
  if (spawnSync(python, ['-W', 'ignore', '-c', 'import exchangelib']).status === 0) return;
  const problem = 'exchangelib is missing: apt-get install python3-exchangelib';
  if (process.env['CI'] === 'true') throw new Error(problem);
  console.warn(`      SKIPPED, ${problem}`);
  context.skip();
}

export function startExchangelib(): ExchangelibFolders {
  const child = spawn(python, ['-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // One command after the other: an answer belongs to the command before it.
  let last: Promise<unknown> = Promise.resolve();

  function ask(command: Readonly<Record<string, unknown>>): Promise<unknown> {
    const answer = last.then(async () => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const answered = (await answers.next()) as IteratorResult<string, undefined>;
      if (answered.done) throw new Error('exchangelib ended without an answer');
      const { ok, error } = JSON.parse(answered.value) as { ok?: unknown; error?: string };
      if (error !== undefined) throw new Error(`exchangelib, ${String(command['do'])}: ${error}`);
      return ok;
    });
    last = answer.catch(() => undefined);
    return answer;
  }

  return {
    connect: async (url, user, password, auth = 'basic') =>
      void (await ask({ do: 'connect', url, user, password, auth })),
    create: async (contacts, folder) => void (await ask({ do: 'create', contacts, folder })),
    list: async (folder) => (await ask({ do: 'list', folder })) as LibContact[],
    edit: async (email, set) => void (await ask({ do: 'edit', email, set })),
    photo: async (email, content) => void (await ask({ do: 'photo', email, content })),
    delete: async (email, how) => void (await ask({ do: 'delete', email, how })),
    trashFolder: async (folder) => void (await ask({ do: 'trashFolder', folder })),
    moveInto: async (folder, email) => void (await ask({ do: 'move', email, folder })),
    moveBack: async (folder, email) => void (await ask({ do: 'move', email, folder, back: true })),
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
