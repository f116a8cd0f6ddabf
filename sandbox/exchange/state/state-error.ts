/** A state that is not whole, or not one of this sandbox; the message is one sentence for whoever gave it. */
export class StateError extends Error {}

/** Refuses the state unless it holds. */
export function need(holds: boolean, complaint: string): asserts holds {
  if (!holds) throw new StateError(complaint);
}
