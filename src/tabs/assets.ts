/** The style sheet and the script, served under addresses that change with their content. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router } from 'express';

export interface Assets {
  readonly styleUrl: string;
  readonly scriptUrl: string;
  /** Serves them; mount at the root. */
  readonly router: Router;
}

export function loadAssets(): Assets {
  const router = Router();
  const serve = (file: string, type: string): string => {
    const content = readFileSync(join(import.meta.dirname, 'public', file));
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const url = `/static/${hash}/${file}`;
    router.get(url, (_request, response) => {
      response.set('Cache-Control', 'public, max-age=31536000, immutable').type(type).send(content);
    });
    return url;
  };
  return { styleUrl: serve('exsync.css', 'css'), scriptUrl: serve('exsync.js', 'js'), router };
}
