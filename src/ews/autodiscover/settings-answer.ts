/** What one Autodiscover server says about one address, by POX and SOAP alike. */
export type SettingsAnswer =
  /** Addresses of EWS, the preferred first; none where the server knows the mailbox and no EWS. */
  | { readonly kind: 'settings'; readonly ewsUrls: readonly string[] }
  | { readonly kind: 'redirectUrl'; readonly url: string }
  | { readonly kind: 'redirectAddress'; readonly address: string }
  /** The server's own code, such as `InvalidUser` or `500`. */
  | { readonly kind: 'refused'; readonly code: string };
