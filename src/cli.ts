/** The exsync command: words and options. What they do is in commands/, and loaded when it is needed. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { ImportCommandOptions } from './commands/import.ts';
import type { TokenOptions } from './commands/tokens.ts';
import type { AddOptions } from './commands/users.ts';
import type { SetupOptions } from './commands/setup.ts';
import type { Installation } from './composition/installation.ts';
import { version } from './version.ts';

/** What main.ts lends to the commands. */
export interface CommandHost {
  /** Opens the configured installation for the time of `work`. */
  withInstallation<T>(work: (installation: Installation) => Promise<T>): Promise<T>;
  /** Where the tab is reached, from the configuration. */
  readonly publicUrl: () => string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The exit code when the command ends without an error. */
  fail(): void;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('A whole number is expected.');
  return value;
}

export function createProgram(host: CommandHost): Command {
  const program = new Command('exsync')
    .description('Keeps contacts, tasks and events in step between a Microsoft Exchange server and a CRM.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(exsync --help shows the commands)');
  const check = (passed: boolean): void => {
    if (!passed) host.fail();
  };

  program
    .command('demo')
    .description('a sandbox Exchange, the embedded CRM and the daemon, on this machine only; nothing is kept')
    .option('--once', 'seed, sync, print, exit')
    .option('--json', 'with --once: one JSON document')
    .option('--port <number>', 'port of the tab; any free one unless given', wholeNumber, 0)
    .action(async ({ once, json, port }: { once?: boolean; json?: boolean; port: number }) => {
      const { demo } = await import('./commands/demo.ts');
      check(await demo({ once: once ?? false, json: json ?? false, port, signal: host.signal }));
    });

  program
    .command('start')
    .description('the daemon: syncs by schedule and serves the tab')
    .action(() =>
      host.withInstallation(async (installation) => {
        const { start } = await import('./commands/start.ts');
        await start(installation, host.signal);
      }),
    );

  program
    .command('setup')
    .description('says where Exchange is and how mailboxes are reached; the password comes from stdin')
    .option(
      '--exchange-url <url>',
      'such as https://mail.example.com/EWS/Exchange.asmx; found by Autodiscover unless given',
    )
    .addOption(
      new Option('--mode <mode>', 'how mailboxes are reached; chosen once').choices([
        'impersonation',
        'individual',
      ]),
    )
    .option('--username <name>', 'the account to sign in with: DOMAIN\\user or user@domain')
    .option('--test-mailbox <address>', 'a mailbox to try it on')
    .option('--ca <file>', 'PEM file of a private certificate authority')
    .addOption(
      new Option('--scheme <scheme>', 'how to sign in; auto unless given').choices(['auto', 'basic', 'ntlm']),
    )
    .option(
      '--trust-autodiscover-host <host...>',
      'a host outside the domain of the mailbox that Autodiscover may give the password to',
    )
    .option('--json', 'one JSON document')
    .action((options: SetupOptions) =>
      host.withInstallation(async (installation) => {
        const { setup } = await import('./commands/setup.ts');
        check(await setup(installation, options));
      }),
    );

  program
    .command('sync')
    .description('one run now')
    .option('--user <email>', 'only this user')
    .option('--module <name>', 'only this module')
    .option('--preview', 'show what would be done and do nothing')
    .option('--json', 'one JSON document')
    .action((options: { user?: string; module?: string; preview?: boolean; json?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { sync } = await import('./commands/sync.ts');
        const { preview = false, json = false } = options;
        check(await sync(installation, { ...options, preview, json, signal: host.signal }));
      }),
    );

  program
    .command('history')
    .description('the runs that did something, or what one of them did item by item')
    .option('--user <email>', 'only this user')
    .option('--module <name>', 'only this module')
    .option('--run <number>', 'what this run did', wholeNumber)
    .option('--json', 'one JSON document')
    .action((options: { user?: string; module?: string; run?: number; json?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { history } = await import('./commands/history.ts');
        await history(installation, { ...options, json: options.json ?? false });
      }),
    );

  program
    .command('undo')
    .description('takes back what a run did, as far as nobody has changed it since')
    .requiredOption('--run <number>', 'the run', wholeNumber)
    .option('--action <number>', 'only this action of it', wholeNumber)
    .option('--preview', 'show what would be done and do nothing')
    .option('--json', 'one JSON document')
    .action((options: { run: number; action?: number; preview?: boolean; json?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { undo } = await import('./commands/undo.ts');
        const { preview = false, json = false } = options;
        check(await undo(installation, { ...options, preview, json, signal: host.signal }));
      }),
    );

  program
    .command('why')
    .description('why a record is, or is not, in step')
    .argument('<email>', 'the user whose mailbox it is about')
    .argument('<what>', 'an id of either side, or a part of its name in the CRM')
    .option('--module <name>', 'only this module')
    .option('--json', 'one JSON document')
    .action((email: string, what: string, options: { module?: string; json?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { why } = await import('./commands/why.ts');
        check(await why(installation, { email, what, json: false, ...options, signal: host.signal }));
      }),
    );

  program
    .command('doctor')
    .description('checks configuration, database, Exchange and runs; says what to do')
    .option('--json', 'one JSON document')
    .action(({ json = false }: { json?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { doctor } = await import('./commands/doctor.ts');
        check(await doctor(installation, json));
      }),
    );

  program
    .command('settings [name=value...]')
    .description('shows what the sync follows, or changes it: modules.contacts.winner=exchange')
    .option('--json', 'one JSON document')
    .action((assignments: string[], { json = false }: { json?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { settings } = await import('./commands/settings.ts');
        await settings(installation, assignments, json);
      }),
    );

  program
    .command('mapping')
    .description('shows which field of Exchange each field of the CRM is, or changes it: jobTitle=department')
    .argument('<module>', 'contacts, tasks or events')
    .argument('[field=exchangefield...]', 'off: not synced; default: the field of the same name')
    .option('--json', 'one JSON document')
    .action((module: string, assignments: string[], { json = false }: { json?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { mapping } = await import('./commands/mapping.ts');
        await mapping(installation, module, assignments, json);
      }),
    );

  program
    .command('folders')
    .description('moves what is linked to dedicated folders, or back to the default ones')
    .addArgument(new Argument('<module>').choices(['contacts', 'tasks', 'events']))
    .addArgument(new Argument('<target>').choices(['dedicated', 'default']))
    .option('--preview', 'show what would be moved and do nothing')
    .option('--json', 'one JSON document')
    .action((module: string, target: string, options: { preview?: boolean; json?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { moveFolders } = await import('./commands/modules.ts');
        const { preview = false, json = false } = options;
        check(await moveFolders(installation, [module, target], { preview, json, signal: host.signal }));
      }),
    );

  addUserCommands(program, host);

  addTokenCommands(program, host);

  addCrmCommands(program, host);

  program
    .command('key')
    .description('the key that stored passwords are encrypted with')
    .command('rotate')
    .description('makes a new key and encrypts every stored password with it')
    .action(() =>
      host.withInstallation(async (installation) => {
        const { rotateKey } = await import('./commands/key.ts');
        await rotateKey(installation);
      }),
    );

  program
    .command('db')
    .description('the database')
    .command('migrate')
    .description('brings the tables up to date and ends; `start` does so by itself')
    .action(() =>
      host.withInstallation(async () => {
        process.stdout.write('The database is up to date.\n');
      }),
    );

  program
    .command('sandbox')
    .description('stand-ins to try things on')
    .command('exchange')
    .description('a stand-in Exchange server on this machine; prints its address')
    .option('--port <number>', 'any free one unless given')
    .option(
      '--users <file>',
      'JSON list of {name, address, password, impersonates}; alice, bob, carol and svc unless given',
    )
    .option(
      '--fill <amount>',
      'items in each mailbox: a number of contacts, or contacts=100,tasks=20,events=50,messages=200',
    )
    .option('--seed <number>', 'for the same items every time')
    .option('--latency <ms>', 'added to each answer')
    .option('--version <release>', 'Exchange2007_SP1 to Exchange2019; Exchange2013_SP1 unless given')
    .option('--schemes <list>', 'basic, ntlm or both; basic unless given')
    .option('--tls', 'https with an authority of its own')
    .option('--ca-file <file>', 'with --tls: where to write the authority to trust')
    .option('--state <file>', 'loaded when it is there, saved at the end')
    .option('--control-port <number>', 'for faults on demand from another process')
    .action(async (options: Record<string, string | true>) => {
      const { runSandboxExchange } = await import('./commands/sandbox.ts');
      await runSandboxExchange(options);
    });

  for (const command of allOf(program)) command.exitOverride().showHelpAfterError();
  return program;
}

function addUserCommands(program: Command, host: CommandHost): void {
  const user = program.command('user').description('people and their mailboxes');
  const load = () => import('./commands/users.ts');
  user
    .command('add <email>')
    .description('adds a CRM user and syncs his mailbox')
    .option('--name <name>')
    .option('--profile <profile>', 'administrator or standard', 'standard')
    .option('--mailbox <address>', 'where it is not the e-mail address')
    .option('--username <name>', 'with individual credentials: the account, where it is not the address')
    .option('--no-sync', 'without a mailbox')
    .action((email: string, options: AddOptions) =>
      host.withInstallation(async (installation) => (await load()).addUser(installation, email, options)),
    );
  user
    .command('list')
    .description('everyone, with mailbox and state')
    .option('--json', 'one JSON document')
    .action(({ json = false }: { json?: boolean }) =>
      host.withInstallation(async (installation) => (await load()).listUsers(installation, json)),
    );
  user
    .command('role <email> <profile>')
    .description('gives a user another profile')
    .action((email: string, profile: string) =>
      host.withInstallation(async (installation) => (await load()).changeRole(installation, email, profile)),
    );
  user
    .command('sync')
    .description('switches the sync of a mailbox on or off')
    .argument('<email>')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action((email: string, state: string) =>
      host.withInstallation(async (installation) =>
        (await load()).switchSync(installation, email, state === 'on'),
      ),
    );
  user
    .command('module')
    .description('switches a module on or off for one mailbox; a dedicated folder goes to Deleted Items')
    .argument('<email>')
    .addArgument(new Argument('<module>').choices(['contacts', 'tasks', 'events']))
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .option('--yes', 'remove the dedicated folder, with the items that lie in it')
    .action((email: string, module: string, state: string, { yes = false }: { yes?: boolean }) =>
      host.withInstallation(async (installation) => {
        const { switchModule } = await import('./commands/modules.ts');
        const on = state === 'on';
        if (!(await switchModule(installation, email, { module, on, yes, signal: host.signal }))) host.fail();
      }),
    );
  user
    .command('password <email>')
    .description('stores a changed mailbox password from stdin, once Exchange has accepted it')
    .action((email: string) =>
      host.withInstallation(async (installation) => (await load()).changePassword(installation, email)),
    );
  user
    .command('link <email>')
    .description('prints an address that signs the user in once')
    .action((email: string) =>
      host.withInstallation(async (installation) =>
        (await load()).createSignInLink(installation, email, host.publicUrl()),
      ),
    );
}

function addTokenCommands(program: Command, host: CommandHost): void {
  const token = program.command('token').description('access to the JSON API');
  const load = () => import('./commands/tokens.ts');
  token
    .command('create <email>')
    .description('prints a new token once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--scopes <list>', 'crm:read, crm:write, sync:read, sync:undo', (list) => list.split(','), [
      'crm:read',
      'crm:write',
    ])
    .option('--days <number>', 'how long it is valid', wholeNumber, 90)
    .action((email: string, options: TokenOptions) =>
      host.withInstallation(async (installation) => (await load()).createToken(installation, email, options)),
    );
  token
    .command('list [email]')
    .description('tokens that are still good, of one user or of all')
    .option('--json', 'one JSON document')
    .action((email: string | undefined, { json = false }: { json?: boolean }) =>
      host.withInstallation(async (installation) => (await load()).listTokens(installation, { email, json })),
    );
  token
    .command('revoke <id>')
    .description('ends a token at once')
    .action((id: string) =>
      host.withInstallation(async (installation) => (await load()).revokeToken(installation, id)),
    );
}

function addCrmCommands(program: Command, host: CommandHost): void {
  program
    .command('crm')
    .description('the CRM inside')
    .command('import <file>')
    .description('contacts from a CSV or vCard file; they are synced once they are changed')
    .requiredOption('--owner <email>', 'whose contacts they become')
    .option(
      '--encoding <name>',
      'such as utf-8, utf-16le, windows-1252, windows-1250; found out unless given',
    )
    .addOption(
      new Option('--dates <order>', 'day, month and year; found out unless given').choices([
        'dmy',
        'mdy',
        'ymd',
      ]),
    )
    .addOption(
      new Option('--duplicates <way>', 'people the owner has already')
        .choices(['skip', 'create'])
        .default('skip'),
    )
    .option('--dry-run', 'read and check everything, write nothing')
    .option('--json', 'one JSON document')
    .action((file: string, options: Omit<ImportCommandOptions, 'signal'>) =>
      host.withInstallation(async (installation) => {
        const { importFile } = await import('./commands/import.ts');
        if (!(await importFile(installation, file, { ...options, signal: host.signal }))) host.fail();
      }),
    );
}

function allOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap((one) => allOf(one))];
}
