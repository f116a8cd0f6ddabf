import { ConfigError } from '../errors.ts';
import { modules } from '../sync/model.ts';
import type { Module } from '../sync/model.ts';

/** The module that a person names; `option` is where he does, such as `--module`. Throws ConfigError where there is none. */
export function moduleNamed(name: string, option: string | null = null): Module {
  const module = modules.find((one) => one === name);
  if (module !== undefined) return module;
  const found = option === null ? 'There is' : `${option}: there is`;
  throw new ConfigError([`${found} no module "${name}"; there is ${modules.join(', ')}.`]);
}
