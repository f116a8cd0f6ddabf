/** DisplayName and FileAs: EWS shows and sorts by them, but does not keep them in step with the names. */
import type { Values } from '../../sync/model.ts';

export interface DerivedNames {
  readonly displayName: string;
  /** `Surname, Given Middle`. */
  readonly fileAs: string;
}

const nameFields = ['prefix', 'givenName', 'middleName', 'surname', 'suffix', 'company'] as const;

/** Empty where neither names, company nor an e-mail address are known. */
export function deriveNames(values: Values): DerivedNames {
  const [prefix, given, middle, surname, suffix, company] = nameFields.map((field) => textOf(values, field));
  const fallback =
    company || textOf(values, 'email1') || textOf(values, 'email2') || textOf(values, 'email3');
  const firstNames = join(' ', given, middle);
  return {
    displayName: join(' ', prefix, given, middle, surname, suffix) || fallback,
    fileAs: join(', ', surname, firstNames) || fallback,
  };
}

/** True when these changes may change what `deriveNames` returns. */
export function changesNames(values: Values, resulting: Values): boolean {
  if (nameFields.some((field) => field in values)) return true;
  const after = { ...resulting, ...values };
  const nameless = nameFields.every((field) => textOf(after, field) === '');
  return nameless && ['email1', 'email2', 'email3'].some((field) => field in values);
}

function textOf(values: Values, field: string): string {
  const value = values[field];
  return typeof value === 'string' ? value.trim() : '';
}

function join(separator: string, ...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part).join(separator);
}
