import { ItemError } from './item-error.ts';
import type { RequestContext } from './request-context.ts';
import { escapeText } from './xml-text.ts';
import type { XmlElement } from './xml-tree.ts';

const NAMESPACES =
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" ' +
  'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"';

/** Errors after which the rest of a batch is not attempted. */
const STOPPING: ReadonlySet<string> = new Set([
  'ErrorAccessDenied',
  'ErrorAccountDisabled',
  'ErrorADUnavailable',
  'ErrorADOperation',
  'ErrorConnectionFailed',
  'ErrorMailboxStoreUnavailable',
  'ErrorMailboxMoveInProgress',
  'ErrorPasswordChangeRequired',
  'ErrorPasswordExpired',
  'ErrorQuotaExceeded',
  'ErrorInsufficientResources',
]);

export interface BatchOptions {
  readonly operation: string;
  /** What an error message ends with, such as `<m:Items/>`. */
  readonly onError?: string;
}

/** The response element around its messages. */
export function responseElement(operation: string, messages: string): string {
  return (
    `<m:${operation}Response ${NAMESPACES}><m:ResponseMessages>${messages}</m:ResponseMessages>` +
    `</m:${operation}Response>`
  );
}

export function successMessage(operation: string, content: string): string {
  return (
    `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${content}` +
    `</m:${operation}ResponseMessage>`
  );
}

export function errorMessage(options: BatchOptions, error: ItemError, responseClass = 'Error'): string {
  return (
    `<m:${options.operation}ResponseMessage ResponseClass="${responseClass}">` +
    `<m:MessageText>${escapeText(error.message)}</m:MessageText><m:ResponseCode>${error.code}</m:ResponseCode>` +
    `<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>${options.onError ?? ''}</m:${options.operation}ResponseMessage>`
  );
}

/** One message per element, in order; an ItemError fails its element alone, unless it is one that stops the batch. */
export function batchResponse(
  context: RequestContext,
  options: BatchOptions,
  elements: readonly XmlElement[],
  each: (element: XmlElement) => string,
): string {
  let messages = '';
  let stopped = false;
  for (const element of elements) {
    if (stopped) {
      messages += errorMessage(options, new ItemError('ErrorBatchProcessingStopped'), 'Warning');
      continue;
    }
    try {
      const ordered = context.failures.take(element);
      if (ordered !== undefined) throw new ItemError(ordered);
      messages += successMessage(options.operation, each(element));
    } catch (error) {
      if (!(error instanceof ItemError)) throw error;
      messages += errorMessage(options, error);
      stopped = STOPPING.has(error.code);
    }
  }
  return responseElement(options.operation, messages);
}
