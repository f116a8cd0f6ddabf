/** `exsync mapping`: which field of Exchange a field of the CRM is, shown and changed. */
import type { Installation } from '../composition/installation.ts';
import { fieldsLacking } from '../composition/spoken-schema.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../sync/administration.ts';
import { deviations, mappingLines, mappingProblems } from '../sync/mapping.ts';
import type { Mapping } from '../sync/mapping.ts';
import type { Module } from '../sync/model.ts';
import { say, sayJson, table } from './answers.ts';
import { moduleNamed } from './named-module.ts';

export async function mapping(
  { stores }: Pick<Installation, 'stores'>,
  named: string,
  assignments: readonly string[],
  json: boolean,
): Promise<void> {
  const module = moduleNamed(named);
  const { version, settings } = await stores.settings.load();
  if (assignments.length === 0) return show(settings, module, json);
  const present = settings.modules[module];
  const wanted = deviations(module, assignments.reduce(assign, present.mapping));
  const problems = mappingProblems(module, wanted);
  if (problems.length > 0)
    throw new ConfigError(problems.map(({ field, message }) => `${field}: ${message}`));
  const changed = {
    ...settings,
    modules: { ...settings.modules, [module]: { ...present, mapping: wanted } },
  };
  await stores.settings.save(changed, version, 'exsync mapping');
  show((await stores.settings.load()).settings, module, json);
}

/** `jobTitle=department`, `notes=off`, `jobTitle=default`. */
function assign(mapping: Mapping, assignment: string): Mapping {
  const [, field = '', target = ''] = /^(\w+)=(\w+)$/.exec(assignment) ?? [];
  if (field === '')
    throw new ConfigError([`"${assignment}": expected FIELD=EXCHANGEFIELD, FIELD=off or FIELD=default.`]);
  if (target === 'default') return { ...mapping, [field]: field };
  return { ...mapping, [field]: target === 'off' ? null : target };
}

function show({ exchange, modules: all }: Settings, module: Module, json: boolean): void {
  const lines = mappingLines(module, all[module].mapping, new Set(fieldsLacking(exchange, module)));
  if (json) {
    return sayJson({
      module,
      lines: lines.map(({ field, label, exchange: mapped, supported, maySwitchOff, choices }) => ({
        field,
        label,
        exchange: mapped,
        supported,
        maySwitchOff,
        choices,
      })),
    });
  }
  const rows = lines.map(({ field, label, exchange: mapped, supported }) => [
    field,
    label,
    mapped ?? 'not synced',
    supported ? '' : 'not supported by this release of Exchange',
  ]);
  say(table([['CRM', 'NAME', 'EXCHANGE', ''], ...rows]));
}
