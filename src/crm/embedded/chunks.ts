/** How many rows one statement takes: SQLite allows 32,766 parameters, a contact has 17 columns. */
const chunkSize = 500;

/** MySQL refuses statements beyond max_allowed_packet, 16 MB where nobody raised it. */
const chunkCharacters = 4_000_000;

/** Cuts rows into chunks of bounded count and, where `charactersOf` is given, of bounded size. */
export function chunksOf<T>(rows: readonly T[], charactersOf: (row: T) => number = () => 0): T[][] {
  const chunks: T[][] = [];
  let chunk: T[] = [];
  let characters = 0;
  for (const row of rows) {
    const more = charactersOf(row);
    if (chunk.length > 0 && (chunk.length === chunkSize || characters + more > chunkCharacters)) {
      chunks.push(chunk);
      chunk = [];
      characters = 0;
    }
    chunk.push(row);
    characters += more;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
