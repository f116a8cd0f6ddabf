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
  ErrorMessageDispositionRequired: 'A MessageDisposition must be given for messages.',
  ErrorInvalidRecipients: 'At least one recipient is not valid.',
  ErrorSendAsDenied:
    'The user account does not have the right to send mail for the requested sending account.',
  ErrorInvalidItemForOperationSendItem: 'The item cannot be sent.',
  ErrorInvalidSendItemSaveSettings: 'A folder was given for a copy that is not to be saved.',
  ErrorInvalidPropertyUpdateSentMessage: 'The property cannot be changed on a message that was sent.',
  ErrorInvalidArgument: 'The argument is invalid.',
  ErrorObjectTypeChanged: 'The item class is not one of this kind of item.',
  ErrorCannotCreateContactInNonContactFolder: 'Contacts can be created in contacts folders only.',
  ErrorStaleObject: 'The change key is not the current one.',
  ErrorInvalidReferenceItem: 'The reference item is not one that can be answered.',
  ErrorMissingInformationReferenceItemId: 'A ReferenceItemId must be given.',
  ErrorReadReceiptNotPending: 'No read receipt is pending for the message.',
  ErrorMimeContentInvalid: 'The MIME content is invalid.',
  ErrorMimeContentInvalidBase64String: 'The MIME content is not base64.',
  ErrorUnsupportedMimeConversion: 'MIME content cannot be converted for this kind of item.',
  ErrorAffectedTaskOccurrencesRequired: 'AffectedTaskOccurrences must be given for tasks.',
  ErrorCannotCreateTaskInNonTaskFolder: 'Tasks can be created in task folders only.',
  ErrorInvalidCompleteDate: 'The completion date lies in the future.',
  ErrorInvalidPercentCompleteValue: 'PercentComplete must be from 0 to 100.',
  ErrorMissingItemForCreateItemAttachment: 'The item attachment holds no item.',
  ErrorInvalidItemForOperationCreateItemAttachment: 'Items of this kind cannot be attached.',
  ErrorAttachmentNestLevelLimitExceeded: 'Attachments are nested too deep.',
  ErrorTimeZone: 'There was a problem with the time zone.',
  ErrorInvalidSubscription: 'The subscription is invalid.',
  ErrorInvalidSubscriptionRequest: 'The subscription request names no folder, or folders beside all of them.',
  ErrorSubscriptionNotFound: 'The subscription was not found.',
  ErrorSubscriptionAccessDenied: 'Access is denied. Only the subscription owner may access the subscription.',
  ErrorExpiredSubscription: 'The subscription has expired.',
  ErrorInvalidWatermark:
    'The watermark used for creating this subscription was not found, or the watermark is invalid.',
  ErrorMissedNotificationEvents:
    'Some events were lost before they were read. Subscribe again and synchronize.',
  ErrorExceededSubscriptionCount: 'The maximum number of subscriptions was reached.',
  ErrorInvalidPullSubscriptionId: 'The subscription is not a pull subscription.',
  ErrorInvalidPushSubscriptionUrl: 'The push subscription URL is invalid.',
  ErrorMailboxMoveInProgress: 'The mailbox is being moved. Try again later.',
};
