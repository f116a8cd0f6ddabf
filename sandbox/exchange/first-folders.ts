/** The folders a new mailbox has, parents first. */
export const FIRST_FOLDERS: readonly {
  readonly id: string;
  readonly under?: string;
  readonly name: string;
  readonly folderClass: string;
}[] = [
  { id: 'root', name: 'root', folderClass: '' },
  { id: 'msgfolderroot', under: 'root', name: 'Top of Information Store', folderClass: 'IPF' },
  { id: 'recoverableitemsroot', under: 'root', name: 'Recoverable Items', folderClass: '' },
  { id: 'recoverableitemsdeletions', under: 'recoverableitemsroot', name: 'Deletions', folderClass: '' },
  { id: 'recoverableitemspurges', under: 'recoverableitemsroot', name: 'Purges', folderClass: '' },
  { id: 'recoverableitemsversions', under: 'recoverableitemsroot', name: 'Versions', folderClass: '' },
  { id: 'searchfolders', under: 'root', name: 'Finder', folderClass: '' },
  { id: 'calendar', under: 'msgfolderroot', name: 'Calendar', folderClass: 'IPF.Appointment' },
  { id: 'contacts', under: 'msgfolderroot', name: 'Contacts', folderClass: 'IPF.Contact' },
  {
    id: 'recipientcache',
    under: 'contacts',
    name: 'Recipient Cache',
    folderClass: 'IPF.Contact.RecipientCache',
  },
  {
    id: 'quickcontacts',
    under: 'contacts',
    name: 'Quick Contacts',
    folderClass: 'IPF.Contact.MOC.QuickContacts',
  },
  { id: 'deleteditems', under: 'msgfolderroot', name: 'Deleted Items', folderClass: 'IPF.Note' },
  { id: 'drafts', under: 'msgfolderroot', name: 'Drafts', folderClass: 'IPF.Note' },
  { id: 'inbox', under: 'msgfolderroot', name: 'Inbox', folderClass: 'IPF.Note' },
  { id: 'journal', under: 'msgfolderroot', name: 'Journal', folderClass: 'IPF.Journal' },
  { id: 'junkemail', under: 'msgfolderroot', name: 'Junk E-Mail', folderClass: 'IPF.Note' },
  { id: 'notes', under: 'msgfolderroot', name: 'Notes', folderClass: 'IPF.StickyNote' },
  { id: 'outbox', under: 'msgfolderroot', name: 'Outbox', folderClass: 'IPF.Note' },
  { id: 'sentitems', under: 'msgfolderroot', name: 'Sent Items', folderClass: 'IPF.Note' },
  { id: 'tasks', under: 'msgfolderroot', name: 'Tasks', folderClass: 'IPF.Task' },
];

/** Every DistinguishedFolderId the 2013 SP1 schema knows; the ones without a folder are not found. */
export const DISTINGUISHED_IDS: ReadonlySet<string> = new Set([
  ...FIRST_FOLDERS.map((folder) => folder.id),
  ...['publicfoldersroot', 'voicemail', 'syncissues', 'conflicts', 'localfailures', 'serverfailures'],
  ...['archiveroot', 'archivemsgfolderroot', 'archivedeleteditems', 'archiveinbox'],
  ...['archiverecoverableitemsroot', 'archiverecoverableitemsdeletions'],
  ...['archiverecoverableitemsversions', 'archiverecoverableitemspurges'],
  ...['conversationhistory', 'adminauditlogs', 'todosearch', 'mycontacts', 'directory', 'imcontactlist'],
  ...['peopleconnect', 'favorites'],
]);
