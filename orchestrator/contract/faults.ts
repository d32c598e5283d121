/** One row of the fault table: what a person reads, the HTTP status of the API, the exit status of the command line. */
export interface FaultRow {
  readonly message: string;
  readonly status: number;
  readonly exit: 1 | 2;
  readonly retryable: boolean;
}

/** Input that was wrong: the sender must change it. */
function input(message: string, status = 422): FaultRow {
  return { message, status, exit: 2, retryable: false };
}

/** A machine, device or service that was wrong: the same input may pass later. */
function machine(message: string, status = 503, retryable = true): FaultRow {
  return { message, status, exit: 1, retryable };
}

/** Every code that a `Fault` may carry. docs/faults.md is generated from this table. */
export const FAULTS = {
  usage: input('The command was not understood.', 400),
  'file-unreadable': input('The file cannot be read.', 400),
  'apk-not-zip': input('The file is not an APK: it is not a ZIP archive.'),
  'apk-truncated': input('The APK ends too early: part of the archive is missing.'),
  'apk-malformed': input('The APK is damaged or hostile: its structure contradicts itself.'),
  'apk-too-large': input('The APK exceeds a size limit.', 413),
  'apk-no-manifest': input('The archive has no AndroidManifest.xml, so it is not an APK.'),
  'apk-bad-manifest': input('The AndroidManifest.xml of the APK cannot be decoded.'),
  'apk-unsigned': input('The APK has no valid signature, so no device will install it.'),
  'apk-splits-mismatch': input('The APKs given are not a set of splits of one package.'),
  'container-empty': input('The archive holds no APK.'),
  'container-locked': input('The archive is encrypted with a password that is not known.'),
  'device-lacks-need': input('No device here meets a need of the APK.'),
  'function-unknown': input('No profile of that name exists.'),
  'capture-malformed': input('The capture cannot be read.'),
  'capture-too-large': input('The capture holds more sessions than are judged at once.', 413),
  'capture-ambiguous': input('The capture holds several devices or apps, and none of them was chosen.'),
  'series-malformed': input('A line is not a series of sessions.'),
  'profile-malformed': input('A profile file is not valid.'),
  'report-malformed': input('A file is not a report of sleeptalk.'),
  'baseline-malformed': input('A file is not a baseline.'),
  'certificate-unknown': input('The report does not say who signed the app, so nothing can be approved by it.'),
  'not-found': input('There is nothing at that address.', 404),
  'method-refused': input('That address does not take this method.', 405),
  unauthenticated: input('Nobody is signed in: a bearer token or a session is needed.', 401),
  forbidden: input('Whoever is signed in may not do this.', 403),
  'request-forged': input('The form was not sent from a page of this service, or its session has ended.', 403),
  'request-malformed': input('The request is not of the documented form.', 400),
  'not-acceptable': input('The answer does not exist in a form that the request accepts.', 406),
  'media-type-refused': input('The body of the request is of a type that is not taken here.', 415),
  'upload-too-large': input('The upload exceeds the limit of this service.', 413),
  'upload-stalled': input('The upload came too slowly or stopped.', 408),
  'rate-limited': {
    ...input('Too many requests came from there; the answer says when to come again.', 429),
    retryable: true,
  },
  'report-unknown': input('There is no such report.', 404),
  'allowance-unknown': input('No version of that package is on the allowlist.', 404),
  'device-unknown': input('There is no such device.', 404),
  'device-class-unknown': input('No worker serves devices of that class.'),
  'token-unknown': input('There is no such token.', 404),
  'person-unknown': input('There is no such person.', 404),
  'callback-refused': input('The callback address may not be called from here.'),
  'webhook-forged': input('A webhook is not signed by the service, or was sent before.', 401),
  'review-refused': input('The review cannot be added to this report.', 409),
  'config-invalid': input('A setting in the environment is not valid.'),
  'server-unreachable': machine('The service that was asked does not answer.'),
  'server-not-understood': machine(
    'What answered is not a service of sleeptalk, or one of another version.',
    502,
    false,
  ),
  'audit-broken': machine('The audit log does not match its own hashes.', 500, false),
  'artefact-removed': input('The file was removed when its retention ended.', 410),
  'artefact-missing': machine('The store of files lacks a file that the ledger names.', 500, false),
  'artefact-broken': machine('A stored file no longer has the SHA-256 that it is named by.', 500, false),
  'store-failed': machine('The store of files did not answer.'),
  'not-ready': machine('The service is starting, stopping, or has lost a part that it stands on.'),
  'contract-broken': machine('Data that one part handed to another was not of the agreed form.', 500, false),
  'adb-missing': machine('The adb program was not found.', 503, false),
  'adb-failed': machine('adb did not do what it was asked.'),
  'port-busy': machine('A port that was asked for is in use.', 503, false),
  'emulator-missing': machine('The emulator program was not found.', 503, false),
  'emulator-failed': machine('The emulator did not start.'),
  'device-not-found': machine('The device that was asked for is not connected.', 503, false),
  'device-offline': machine('The device went away during the session.'),
  'device-dirty': machine('The device is not in a clean state and could not be cleaned.'),
  'device-quarantined': machine('The device was put into quarantine before the session began.'),
  'device-busy': machine('The device is leased to another session.'),
  'lease-lost': machine('The lease on the device was lost to another session.'),
  'routing-failed': machine("The app's traffic could not be routed into the proxy."),
  'trust-failed': machine('The certificate could not be installed on the device.'),
  'canary-failed': machine('The canary request was not seen by the proxy, so nothing that follows could be believed.'),
  'install-failed': machine('The device refused to install the APK.', 422, false),
  'launch-failed': machine('The app could not be launched.', 422, false),
  'appium-missing': machine('Appium or its UiAutomator2 driver is not installed.', 503, false),
  'appium-failed': machine('Appium did not do what it was asked.'),
  'phase-failed': machine('The device did not enter the phase that was asked for.'),
  'proxy-failed': machine('The intercepting proxy failed.'),
  'disk-full': machine('The disk is full.', 507),
  'bundle-missing': input('There is no such evidence bundle.', 404),
  'bundle-broken': machine('The evidence bundle does not match its manifest.', 500, false),
  'ledger-busy': machine('The embedded ledger is in use by another process.', 503),
  'ledger-failed': machine('The ledger did not answer.'),
  'submission-unknown': input('There is no such submission.', 404),
  'state-conflict': machine('A submission cannot go from where it stands to where it was asked to go.', 409, false),
  'worker-lost': machine(
    'The worker that had the job died in the middle of it, more often than is allowed.',
    503,
    false,
  ),
  'queue-failed': machine('The queue did not answer.'),
  'deadline-passed': machine('A stage took longer than its deadline.', 504),
  cancelled: machine('The work was cancelled.', 499, false),
  internal: machine('Something in sleeptalk itself went wrong.', 500, false),
} as const satisfies Record<string, FaultRow>;

export type FaultCode = keyof typeof FAULTS;
