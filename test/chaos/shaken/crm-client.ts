/** The CRM as a program of the company uses it: through the JSON API of the daemon, which may be killed meanwhile. */
import type { Item, Module, Values } from '../../../src/sync/model.ts';
import { exceptionsOf, isOccurrenceName } from '../../../src/sync/occurrences.ts';

/** Nobody can tell whether it was carried out. */
export class Unanswered extends Error {
  /** Null: no answer came. */
  readonly status: number | null;

  constructor(what: string, status: number | null, options?: ErrorOptions) {
    super(`${what}: ${status ?? 'no answer'}`, options);
    this.status = status;
  }
}

export interface CrmClient {
  create(module: Module, values: Values): Promise<void>;
  /** False: somebody changed or deleted it since it was seen. */
  update(module: Module, seen: Item, values: Values): Promise<boolean>;
  /** The same. */
  remove(module: Module, seen: Item): Promise<boolean>;
}

const overtaken: ReadonlySet<number> = new Set([404, 412]);

export function crmClient(url: string, token: string): CrmClient {
  /** Returns the status. */
  async function call(method: string, path: string, body?: object, seen?: Item): Promise<number> {
    const what = `${method} ${path}`;
    const response = await fetch(`${url}/api/v1/crm/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(seen && { 'if-match': `"${seen.version}"` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new Unanswered(what, null, { cause: error });
    });
    const { status, ok } = response;
    if (status >= 500) throw new Unanswered(what, status);
    if (!ok && !overtaken.has(status)) throw new Error(`${what}: ${status} ${await response.text()}`);
    await response.body?.cancel();
    return status;
  }

  return {
    async create(module, values) {
      await call('POST', module, bodyOf(values, {}));
    },
    update: async (module, seen, values) =>
      !overtaken.has(await call('PATCH', `${module}/${seen.id}`, bodyOf(values, seen.values), seen)),
    remove: async (module, seen) =>
      !overtaken.has(await call('DELETE', `${module}/${seen.id}`, undefined, seen)),
  };
}

/** Of the occurrences that differ the API takes all or none. */
function bodyOf(values: Values, seen: Values): object {
  const entries = Object.entries(values);
  const own = Object.fromEntries(entries.filter(([name]) => !isOccurrenceName(name)));
  const isOfOccurrences = entries.some(([name]) => isOccurrenceName(name));
  return { values: own, ...(isOfOccurrences && { exceptions: exceptionsOf({ ...seen, ...values }) }) };
}
