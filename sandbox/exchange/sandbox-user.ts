/** An account of the stand-in, with a mailbox of its own. */
export interface SandboxUser {
  readonly name: string;
  readonly address: string;
  readonly password: string;
  /** Addresses this account may impersonate. */
  readonly impersonates?: readonly string[];
}

/** Each has its own name as password. */
export const DEFAULT_USERS: readonly SandboxUser[] = [
  { name: 'alice', address: 'alice@example.test', password: 'alice' },
  { name: 'bob', address: 'bob@example.test', password: 'bob' },
  { name: 'carol', address: 'carol@example.test', password: 'carol' },
  {
    name: 'svc',
    address: 'svc@example.test',
    password: 'svc',
    impersonates: ['alice@example.test', 'bob@example.test'],
  },
];
