import type { TabsUser } from '../../src/tabs/ports.ts';
import type { TabsFixture } from './tabs-fixture.ts';

/** A browser without a screen: keeps cookies, follows nothing, knows the forms it was sent. */
export class Visitor {
  readonly #url: string;
  readonly cookies = new Map<string, string>();
  html = '';
  constructor(url: string) {
    this.#url = url;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#keep(
      await fetch(new URL(path, this.#url), { headers: this.#headers(headers), redirect: 'manual' }),
    );
  }

  async post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
    const init = { method: 'POST', body: new URLSearchParams(form), headers: this.#headers(headers) };
    return this.#keep(await fetch(new URL(path, this.#url), { ...init, redirect: 'manual' }));
  }

  get csrf(): string {
    return /name="csrf" value="([^"]+)"/.exec(this.html)?.[1] ?? '';
  }

  /** What a reader sees, roughly. */
  get text(): string {
    return this.html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  }

  async signIn(link: string): Promise<Response> {
    await this.get(link);
    const secret = new URL(link).searchParams.get('link') ?? '';
    return this.post('/sign-in', { link: secret, csrf: this.csrf });
  }

  #headers(headers: Record<string, string>): Record<string, string> {
    return { ...headers, cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  async #keep(response: Response): Promise<Response> {
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    if (response.headers.get('content-type')?.startsWith('text/html')) this.html = await response.text();
    return response;
  }
}

/** A visitor who has signed in and is on the first page. */
export async function signIn(tabs: TabsFixture, user: TabsUser): Promise<Visitor> {
  const visitor = new Visitor(tabs.url);
  await visitor.signIn(await tabs.signInLink(user));
  await visitor.get('/');
  return visitor;
}
