import type { StoredFolder } from '../stored-folder.ts';
import type { StoredItem } from '../stored-item.ts';
import { END, momentOf, START } from './calendar-values.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { seriesOf, touches } from './series.ts';

/** The single items and occurrences of a folder that touch a span of time, by start. */
export function expandFolder(folder: StoredFolder, from: number, to: number): StoredItem[] {
  const found: StoredItem[] = [];
  for (const item of folder.log.items()) {
    if (item.kind !== 'CalendarItem') continue;
    const series = seriesOf(item);
    if (series === undefined) {
      if (touches({ start: momentOf(item, START), end: momentOf(item, END) }, from, to)) found.push(item);
    } else {
      for (const one of series.between(from, to)) found.push(new OccurrenceView(item, one));
    }
  }
  return found.sort((a, b) => momentOf(a, START) - momentOf(b, START));
}
