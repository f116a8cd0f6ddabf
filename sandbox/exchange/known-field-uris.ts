/** Field URIs of the 2013 SP1 schema that name no stored property: asked for, they are simply not returned. */
const UNSTORED: ReadonlySet<string> = new Set([
  ...['InReplyTo', 'InternetMessageHeaders', 'ResponseObjects', 'ReminderNextTime', 'UniqueBody', 'Flag'].map(
    itemUri,
  ),
  ...['InstanceKey', 'NormalizedBody', 'EntityExtractionResult', 'PolicyTag', 'ArchiveTag'].map(itemUri),
  ...['RetentionDate', 'Preview', 'PredictedActionReasons', 'IsClutter', 'IconIndex'].map(itemUri),
  ...['RightsManagementLicenseData', 'BlockStatus', 'HasBlockedImages'].map(itemUri),
  ...['WebClientReadFormQueryString', 'WebClientEditFormQueryString'].map(itemUri),
  ...['Alias', 'ContactSource', 'Culture', 'DirectoryId', 'DirectReports', 'ManagerMailbox'].map(contactUri),
  ...['MSExchangeCertificate', 'Notes', 'PhoneticFullName', 'PhoneticFirstName'].map(contactUri),
  ...['PhoneticLastName', 'Photo', 'UserSMIMECertificate'].map(contactUri),
]);
const OTHER_CLASS =
  /^(message|calendar|task|meeting|meetingRequest|postitem|conversation|persona):[A-Za-z:]+$/;
const FOLDER =
  /^folder:(FolderId|ParentFolderId|DisplayName|UnreadCount|TotalCount|ChildFolderCount|FolderClass|SearchParameters|ManagedFolderInformation|PermissionSet|EffectiveRights|SharingEffectiveRights|DistinguishedFolderId|PolicyTag|ArchiveTag)$/;

function itemUri(name: string): string {
  return `item:${name}`;
}

function contactUri(name: string): string {
  return `contacts:${name}`;
}

/** Whether the schema knows a FieldURI that no property of property-table.ts stands for. */
export function isKnownFieldUri(uri: string): boolean {
  return UNSTORED.has(uri) || OTHER_CLASS.test(uri) || FOLDER.test(uri);
}
