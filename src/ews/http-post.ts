/** One HTTP request over a dispatcher, with everything bounded; knows nothing of SOAP, sign-in or retries. */
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import type { Dispatcher } from 'undici';

export interface HttpPost {
  /** POST unless given; a GET has an empty body. */
  readonly method?: 'GET' | 'POST';
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** From now to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Holds for the bytes on the wire and again after decompression. */
  readonly maxResponseBytes: number;
  readonly signal?: AbortSignal;
  /** Called with the size of each part of the answer as it arrives. */
  readonly onBytes?: (bytes: number) => void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. */
  readonly body: Buffer;
}

/** How far the request had come: nothing sent yet, maybe sent, answer begun. */
export type PostStage = 'connecting' | 'sent' | 'answering';
export type LossReason = 'lost' | 'timeout' | 'stopped' | 'tooLarge' | 'damaged';

/** No complete answer. `cause` holds the error of the socket, the HTTP parser or the decompression, if there was one. */
export class PostLost extends Error {
  override name = 'PostLost';
  readonly stage: PostStage;
  readonly reason: LossReason;
  constructor(stage: PostStage, reason: LossReason, cause?: unknown) {
    super(`${reason} while ${stage}`, { cause });
    this.stage = stage;
    this.reason = reason;
  }
}

/** Resolves with any complete HTTP answer, whatever its status; throws PostLost. */
export async function httpPost(dispatcher: Dispatcher, request: HttpPost): Promise<HttpAnswer> {
  const answer = await exchangeBytes(dispatcher, request);
  return { ...answer, body: await decompress(answer, request.maxResponseBytes) };
}

function exchangeBytes(dispatcher: Dispatcher, request: HttpPost): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let stage: PostStage = 'connecting';
    let ended = false;
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    const parts: Buffer[] = [];
    let received = 0;

    const finish = (): boolean => {
      if (ended) return false;
      ended = true;
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      return true;
    };
    const fail = (reason: LossReason, cause?: unknown): void => {
      if (!finish()) return;
      const loss = new PostLost(stage, reason, cause);
      reject(loss);
      controller?.abort(loss);
    };
    const onAbort = (): void => fail('stopped');
    const timer = setTimeout(() => fail('timeout'), request.timeoutMs);
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.signal?.aborted) return onAbort();

    dispatcher.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method ?? 'POST',
        headers: request.headers,
        body: request.method === 'GET' ? null : request.body,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      {
        onRequestStart(started) {
          controller = started;
          // Given up while the connection was being made: nothing has been written yet, and nothing will be.
          if (ended) return started.abort(new PostLost(stage, 'stopped'));
          stage = 'sent';
        },
        onResponseStart(_started, statusCode, responseHeaders) {
          if (statusCode < 200) return;
          stage = 'answering';
          status = statusCode;
          headers = responseHeaders;
          if (Number(headers['content-length']) > request.maxResponseBytes) fail('tooLarge');
        },
        onResponseData(_started, part) {
          received += part.length;
          request.onBytes?.(part.length);
          if (received > request.maxResponseBytes) return fail('tooLarge');
          parts.push(part);
        },
        onResponseEnd() {
          if (finish()) resolve({ status, headers, body: Buffer.concat(parts) });
        },
        onResponseError(_started, error) {
          fail('lost', error);
        },
      },
    );
  });
}

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  rawDeflate: promisify(inflateRaw),
};

async function decompress(answer: HttpAnswer, maxOutputLength: number): Promise<Buffer> {
  const { body } = answer;
  const encoding = String(answer.headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase();
  if (encoding === 'identity' || body.length === 0) return body;
  const decode = decoderFor(encoding, body);
  if (!decode) throw new PostLost('answering', 'damaged', new Error('unknown Content-Encoding'));
  try {
    return await decode(body, { maxOutputLength });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new PostLost('answering', tooLarge ? 'tooLarge' : 'damaged', error);
  }
}

function decoderFor(encoding: string, body: Buffer): (typeof decoders)['gzip'] | undefined {
  // "deflate" means zlib, but some servers send the bare stream: only zlib's first byte ends in 8.
  if (encoding === 'deflate') return ((body[0] ?? 0) & 0x0f) === 8 ? decoders.deflate : decoders.rawDeflate;
  return encoding === 'gzip' || encoding === 'x-gzip' ? decoders[encoding] : undefined;
}
