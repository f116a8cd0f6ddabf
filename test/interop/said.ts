/** What a command writes to stdout and stderr while it runs in this process. */
export async function saidBy(work: () => Promise<unknown>): Promise<string> {
  let said = '';
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write.bind(stream));
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array): boolean => {
      said += String(chunk);
      return true;
    };
  }
  try {
    await work();
  } finally {
    streams.forEach((stream, index) => {
      const write = writes[index];
      if (write) stream.write = write;
    });
  }
  return said;
}
