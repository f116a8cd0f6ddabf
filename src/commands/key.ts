/** `exsync key rotate`: a new key for the stored passwords. */
import type { Installation } from '../composition/installation.ts';
import { say } from './answers.ts';

/** Throws ConfigError, and nothing has changed then. */
export async function rotateKey({ keys, config }: Pick<Installation, 'keys' | 'config'>): Promise<void> {
  const { keyFile } = config.secrets;
  if (keys.found === 'finishedRotation') {
    say(`The rotation that was interrupted is finished; ${keyFile} holds the new key.`);
    return;
  }
  const { keyId, secrets, formerKeyFile } = await keys.rotate('exsync key');
  const passwords = secrets === 1 ? '1 stored password was' : `${secrets} stored passwords were`;
  say(`${passwords} encrypted anew; the new key has the id ${keyId}.`);
  if (formerKeyFile === null) {
    say('Now set EXSYNC_SECRET_KEY to the new key, remove EXSYNC_SECRET_KEY_NEW, and restart the daemon.');
    say('A daemon that has only the former key cannot open the passwords until then.');
    return;
  }
  say(`It is in ${keyFile}; keep a copy apart from the database. A running daemon follows by itself.`);
  say(`The former key is in ${formerKeyFile}; back-ups made until now need it.`);
}
