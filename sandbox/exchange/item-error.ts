/** Why one id of a batch failed; the rest of the batch goes on. */
export class ItemError extends Error {
  override readonly name = 'ItemError';
  readonly code: string;

  constructor(code: string, message?: string) {
    super(message ?? TEXTS[code] ?? 'The operation failed.');
    this.code = code;
  }
}

const TEXTS: Readonly<Record<string, string>> = {
  ErrorItemNotFound: 'The specified object was not found in the store.',
  ErrorInvalidIdMalformed: 'Id is malformed.',
  ErrorInvalidIdEmpty: 'Id must be non-empty.',
  ErrorCannotUseFolderIdForItemId: 'Id used is not an item id. A folder id was given.',
  ErrorCannotUseItemIdForFolderId: 'Id used is not a folder id. An item id was given.',
  ErrorInvalidChangeKey: 'The change key is invalid.',
  ErrorChangeKeyRequiredForWriteOperations: 'The change key is required for this operation.',
  ErrorIrresolvableConflict:
    'The send or update operation could not be performed because the change key passed in the request does not ' +
    'match the current change key for the item.',
  ErrorFolderExists: 'A folder with the specified name already exists.',
  ErrorFolderNotFound: 'The specified folder could not be found in the store.',
  ErrorParentFolderNotFound: 'The specified parent folder could not be found.',
  ErrorToFolderNotFound: 'The destination folder was not found.',
  ErrorDeleteDistinguishedFolder: 'Distinguished folders cannot be deleted.',
  ErrorAccessDenied: 'Access is denied. Check credentials and try again.',
  ErrorNonExistentMailbox: 'The SMTP address has no mailbox associated with it.',
  ErrorInvalidSyncStateData: 'Synchronization state data is corrupt or otherwise invalid.',
  ErrorSyncFolderNotFound: 'The folder to be synchronized could not be found.',
  ErrorInvalidPropertySet: 'Set action is invalid for property.',
  ErrorInvalidPropertyAppend: 'Append action is invalid for property.',
  ErrorInvalidPropertyDelete: 'Delete action is invalid for property.',
  ErrorInvalidPropertyRequest: 'Property is not valid for this object type.',
  ErrorUpdatePropertyMismatch: 'Update property and value do not match.',
  ErrorPropertyUpdate:
    'An object within a change description must contain one and only one property to modify.',
  ErrorInvalidExtendedProperty: 'The extended property attribute combination is invalid.',
  ErrorInvalidExtendedPropertyValue: 'The extended property value does not match its type.',
  ErrorInvalidAttachmentId: 'The attachment id is invalid.',
  ErrorAttachmentSizeLimitExceeded: 'The attachment size exceeds the limit.',
  ErrorRestrictionTooLong: 'The restriction has too many nodes.',
  ErrorUnsupportedPathForQuery: 'The property cannot be used in a restriction.',
  ErrorUnsupportedPathForSortGroup: 'The property cannot be used to sort or group.',
  ErrorNameResolutionNoResults: 'No results were found.',
  ErrorNameResolutionMultipleResults: 'Multiple results were found.',
  ErrorBatchProcessingStopped: 'The request was not processed because an earlier item stopped the batch.',
  ErrorServerBusy: 'The server cannot service this request right now. Try again later.',
  ErrorInternalServerError: 'An internal server error occurred. The operation failed.',
  ErrorTimeZone: 'There was a problem with the time zone.',
};
