/** What was just done, by the word that a redirect carries. A fixed table: an address must not put words into the page. */
const DONE = {
  submitted: 'Submitted. The run starts as soon as a device is free.',
  known: 'These files were submitted with these options before: this is that run.',
  cancelled: 'Cancelled. The device is being cleaned.',
  again: 'Submitted once more, with the same files, options and seed.',
  reassessed: 'The evidence is being judged again; the earlier report stays.',
  reviewed: 'The review is added.',
  allowed: 'The review is added, and the version is on the allowlist.',
  waits: 'The review is added. The override counts when a second person approves it too.',
  ended: 'The package is off the allowlist; what was approved stays as history.',
  quarantined: 'The device is in quarantine.',
  released: 'The device is in use again.',
  added: 'The person is added. Make a token for them below.',
  changed: 'Changed.',
  revoked: 'The token is revoked.',
} as const;

export type Done = keyof typeof DONE;

/** The sentence for a word; null for none and for one that nobody knows. */
export function flashOf(word: string | undefined): string | null {
  return word !== undefined && Object.hasOwn(DONE, word) ? DONE[word as Done] : null;
}
