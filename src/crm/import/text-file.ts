/** A text file whose encoding is found out before it is read. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createDecoder, createTolerantUtf8Decoder, encodingNamed } from './encoding.ts';
import type { Decoder } from './encoding.ts';
import { UnusableFileError } from './unusable-file.ts';
import { weighUtf8 } from './utf8-evidence.ts';

export interface TextFile {
  /** As the WHATWG Encoding Standard names it. */
  readonly encoding: string;
  /** By what it was found: the user said so, a mark at the beginning, or what the bytes look like. */
  readonly encodingBy: 'option' | 'mark' | 'bytes';
  readonly sizeBytes: number;
  /** The decoded text from the beginning, in pieces. UTF-8 that was found out may have bad bytes: `hasBadByte`. */
  text(): AsyncGenerator<Piece<string>>;
  /** The bytes from the beginning, without a mark. */
  bytes(): AsyncGenerator<Piece<Buffer>>;
}

export interface Piece<T> {
  readonly content: T;
  /** How many bytes of the file have been read with it. */
  readonly readBytes: number;
}

const pieceBytes = 256 * 1024;
const sampleBytes = 64 * 1024;

/** In Windows-1252 at most so many letters look like UTF-8 by chance, for each that does not: `É”`, `ß“`. */
const chanceShare = 0.1;

const marks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

/** Throws UnusableFileError for what is not there, empty, or no text. Reads the file once where only all of it tells. */
export async function openTextFile(path: string, declared: string | null): Promise<TextFile> {
  const sizeBytes = await sizeOf(path);
  const sample = await readSample(path);
  if (sample.length === 0) throw new UnusableFileError(`${path} is empty.`);
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => sample[index] === byte));
  const skip = mark?.bytes.length ?? 0;
  const bytes = (): AsyncGenerator<Piece<Buffer>> => readPieces(path, skip);
  if (sample.length === skip) throw new UnusableFileError(`${path} is empty.`);
  if (declared !== null) {
    const encoding = encodingNamed(declared);
    if (encoding === null) {
      throw new UnusableFileError(
        `--encoding: "${declared}" is none; such as utf-8, utf-16le, windows-1252, windows-1250.`,
      );
    }
    return describe(encoding, 'option');
  }
  if (mark) return describe(mark.encoding, 'mark');
  const wide = wideEncodingOf(sample);
  if (wide) return describe(wide, 'bytes');
  if (sample.includes(0)) throw new UnusableFileError(`${path} is no text file.`);
  return describe(await narrowEncodingOf(path, bytes()), 'bytes');

  function describe(encoding: string, encodingBy: TextFile['encodingBy']): TextFile {
    const decoder = (): Decoder =>
      encoding === 'utf-8' && encodingBy !== 'option' ? createTolerantUtf8Decoder() : createDecoder(encoding);
    return { encoding, encodingBy, sizeBytes, bytes, text: () => decoded(bytes(), decoder()) };
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new UnusableFileError(`${path} is not a file.`);
    return found.size;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  const reason =
    error.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${String(error.code)})`;
  return new UnusableFileError(`${path}: ${reason}.`);
}

async function readSample(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** UTF-16 without a mark: latin letters leave a zero byte in every second place, and only there. */
function wideEncodingOf(sample: Buffer): 'utf-16le' | 'utf-16be' | null {
  const zeros = { even: 0, odd: 0 };
  for (let index = 0; index < sample.length; index += 1) {
    if (sample[index] === 0) zeros[index % 2 === 0 ? 'even' : 'odd'] += 1;
  }
  const many = sample.length / 8;
  if (zeros.odd > many && zeros.even < zeros.odd / 20) return 'utf-16le';
  if (zeros.even > many && zeros.odd < zeros.even / 20) return 'utf-16be';
  return null;
}

/** UTF-8 with some bad bytes stays UTF-8: those rows are told by their lines, and the others keep their letters. */
async function narrowEncodingOf(path: string, pieces: AsyncIterable<Piece<Buffer>>): Promise<string> {
  const { letters, badBytes, badLine } = await weighUtf8(pieces);
  if (badLine === null || letters >= badBytes) return 'utf-8';
  if (letters <= badBytes * chanceShare) return 'windows-1252';
  throw new UnusableFileError(
    `${path}: line ${badLine} is not UTF-8, and other lines are: save the file in one encoding, or name it with --encoding.`,
  );
}

async function* readPieces(path: string, skip: number): AsyncGenerator<Piece<Buffer>> {
  let readBytes = skip;
  for await (const chunk of createReadStream(path, { start: skip, highWaterMark: pieceBytes })) {
    const content = chunk as Buffer;
    readBytes += content.length;
    yield { content, readBytes };
  }
}

async function* decoded(
  pieces: AsyncIterable<Piece<Buffer>>,
  decoder: Decoder,
): AsyncGenerator<Piece<string>> {
  let readBytes = 0;
  for await (const piece of pieces) {
    readBytes = piece.readBytes;
    yield { content: decoder.decode(piece.content), readBytes };
  }
  yield { content: decoder.end(), readBytes };
}
