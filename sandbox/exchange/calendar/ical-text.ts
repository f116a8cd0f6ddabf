/** iCalendar as lines and components (RFC 5545, 3.1 and 3.6). */

export interface ContentLine {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly value: string;
}

export interface Component {
  readonly name: string;
  readonly lines: readonly ContentLine[];
  readonly children: readonly Component[];
}

/** The components of a text, outermost first; what is no content line is passed over. */
export function parseIcal(text: string): Component {
  const root = { name: '', lines: [] as ContentLine[], children: [] as Component[] };
  const open: (typeof root)[] = [root];
  for (const raw of text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const line = parseLine(raw);
    const current = open.at(-1) ?? root;
    if (line === undefined) continue;
    if (line.name === 'BEGIN') {
      const made = { name: line.value.toUpperCase(), lines: [], children: [] };
      current.children.push(made);
      open.push(made);
    } else if (line.name === 'END') {
      if (open.length > 1) open.pop();
    } else current.lines.push(line);
  }
  return root;
}

function parseLine(raw: string): ContentLine | undefined {
  const head =
    /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$/.exec(raw);
  if (head?.[1] === undefined) return undefined;
  const parameters: Record<string, string> = {};
  for (const one of (head[2] ?? '').matchAll(/;([A-Za-z0-9-]+)=("[^"]*"|[^;]*)/g)) {
    parameters[(one[1] ?? '').toUpperCase()] = (one[2] ?? '').replace(/^"|"$/g, '');
  }
  return { name: head[1].toUpperCase(), parameters, value: head[3] ?? '' };
}

export function lineOf(component: Component, name: string): ContentLine | undefined {
  return component.lines.find((one) => one.name === name);
}

export function escapeIcal(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n');
}

export function unescapeIcal(text: string): string {
  return text.replace(/\\([\\;,nN])/g, (_whole, one: string) => (one === 'n' || one === 'N' ? '\r\n' : one));
}

/** Lines folded at 75 octets, each ended by CR LF. */
export function writeLines(lines: readonly string[]): string {
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** `20300331T013000`. */
export function icalLocal(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19).replace(/[-:]/g, '');
}

/** `20300331`. */
export function icalDay(localMs: number): string {
  return icalLocal(localMs).slice(0, 8);
}
