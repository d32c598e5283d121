import { FAULTS, type FaultCode } from '../../contract/faults.ts';

/** What a person can do about a fault that ended a submission; where a code has no line, its row in the table says the kind. */
const REMEDIES: Partial<Record<FaultCode, string>> = {
  'apk-not-zip': 'Check that the download was complete and that the file is an .apk, .apks, .xapk or .apkm.',
  'apk-truncated': 'Fetch the file again: the end of it is missing.',
  'apk-malformed': 'Ask for an untouched copy. A device would refuse this file, or read it otherwise than tools do.',
  'apk-too-large': 'Ask an administrator to raise the limit, or submit the base APK with the splits that matter.',
  'apk-no-manifest': 'Submit the APK itself, not an archive of its contents.',
  'apk-bad-manifest': 'Ask for an untouched copy: the manifest cannot be read as a device would read it.',
  'apk-unsigned': 'Sign the APK (apksigner sign), then submit the signed file.',
  'apk-splits-mismatch': 'Send the base APK and its own splits together, and nothing else with them.',
  'container-empty': 'Open the archive and submit the APKs that it should hold.',
  'container-locked': 'Unpack the archive with its password and submit what is inside.',
  'device-lacks-need': 'Choose a device class that has what the app needs; the page of devices lists them.',
  'device-class-unknown': 'Choose a class that a worker serves, or start a worker for this one.',
  'function-unknown': 'Leave the function to the manifest, or choose one from the list.',
  'install-failed': 'The message above is the device’s own. Try a class with another API level or ABI.',
  'launch-failed': 'The app has no activity that can be opened, or ended at once. Try a class with another API level.',
  'device-dirty': 'The device was taken out of service. Submit again; the run goes to another one.',
  'device-offline': 'Submit again. If it happens to the same device, put that device in quarantine.',
  'canary-failed':
    'The proxy saw nothing, so the run was given up rather than believed. Submit again; then check the worker with sleeptalk doctor.',
  'appium-missing': 'Install Appium on the worker: sleeptalk doctor says how.',
  'emulator-missing': 'Install the Android emulator on the worker: sleeptalk doctor says how.',
  'adb-missing': 'Install adb on the worker: sleeptalk doctor says how.',
  'disk-full': 'Free space on the worker or shorten the retention, then submit again.',
  'worker-lost': 'Submit again. If it happens to this file every time, keep the file and tell an administrator.',
  'deadline-passed': 'Submit again with fewer device minutes, or on another device class.',
  'artefact-removed': 'The file went when its retention ended. Submit it again.',
};

/** @returns what the code means, and what to do next */
export function explained(code: string): { readonly meaning: string; readonly remedy: string } {
  const row = Object.hasOwn(FAULTS, code) ? FAULTS[code as FaultCode] : null;
  if (row === null) return { meaning: 'The cause has no row in the table of faults.', remedy: 'Submit again.' };
  const otherwise = row.retryable
    ? 'The same submission may pass later: submit it again.'
    : row.exit === 2
      ? 'The input has to change before it can pass.'
      : 'An administrator has to look at the machine; its log names this code.';
  return { meaning: row.message, remedy: REMEDIES[code as FaultCode] ?? otherwise };
}
