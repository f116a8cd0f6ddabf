import { existsSync, readFileSync } from 'node:fs';

/** The version in package.json, which lies at another height above src/ than above dist/src/. */
export const version = readVersion();

function readVersion(): string {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('..', folder);
    if (parent.href === folder.href) throw new Error('package.json was not found above src/');
    folder = parent;
  }
  return (JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string }).version;
}
