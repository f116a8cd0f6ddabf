/** How figures and goals are shown. */

export type Figures = Readonly<Record<string, number>>;
/** At most so much. */
export type Goals = Readonly<Record<string, number>>;

export interface Measurement {
  readonly name: string;
  readonly figures: Figures;
  readonly goals: Goals;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

export function asText({ name, figures, goals }: Measurement): string {
  const lines = Object.entries(figures).map(([figure, value]) => {
    const goal = goals[figure];
    const verdict = goal === undefined ? '' : `   goal <= ${goal}: ${value <= goal ? 'met' : 'MISSED'}`;
    return `  ${figure.padEnd(22)}${String(rounded(value)).padStart(10)}${verdict}`;
  });
  return [name, ...lines].join('\n');
}

export function asJson(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ name, figures }) => [
    name,
    Object.fromEntries(Object.entries(figures).map(([figure, value]) => [figure, rounded(value)])),
  ]);
  return JSON.stringify(Object.fromEntries(rows), null, 2);
}

export function missed(measurements: readonly Measurement[]): string[] {
  return measurements.flatMap(({ name, figures, goals }) =>
    Object.entries(goals).flatMap(([figure, goal]) =>
      (figures[figure] ?? 0) > goal ? [`${name}: ${figure}`] : [],
    ),
  );
}
