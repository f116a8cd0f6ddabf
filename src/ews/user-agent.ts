import { existsSync, readFileSync } from 'node:fs';

/** `exchange-crm-sync/<version>`; package.json lies at another height above src/ than above dist/src/. */
export const userAgent = `exchange-crm-sync/${readVersion()}`;

function readVersion(): string {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('..', folder);
    if (parent.href === folder.href) throw new Error('package.json not found above src/ews');
    folder = parent;
  }
  const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
    version: string;
  };
  return version;
}
