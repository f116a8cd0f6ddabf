/** Who may give a record which owner and flags. */
import type { Directory } from '../../crm/embedded/user-store.ts';
import { accessOf, isAdministrator } from './caller.ts';
import type { Caller } from './caller.ts';
import { Problem } from './problem.ts';

export type OwnerRule = (caller: Caller, ownerId: string) => Promise<void>;

/** Throws a Problem unless this user exists and the caller may give records to him. */
export function ownerRule(directory: Directory): OwnerRule {
  return async (caller, ownerId) => {
    if (ownerId === caller.user.id) return;
    if (accessOf(caller).onlyOwnerId !== null) {
      throw new Problem(403, 'right-missing', {
        detail: 'Only those who manage users may choose another owner.',
      });
    }
    if (!(await directory.user(ownerId))) {
      throw new Problem(422, 'body-invalid', { errors: [{ field: 'ownerId', message: 'no such user' }] });
    }
  };
}

/** Throws a Problem unless the caller may mark a record as imported. */
export function demandImportRight(caller: Caller, imported: boolean | undefined): void {
  if (imported && !isAdministrator(caller)) {
    throw new Problem(403, 'right-missing', {
      detail: 'Only a System Administrator may mark records as imported.',
    });
  }
}
