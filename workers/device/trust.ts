import { createHash } from 'node:crypto';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { Device } from './handset.ts';
import { mustRun, quote, type Shell } from './shell.ts';
import { listZygotes, listZygoteChildren } from './zygote.ts';

/** Where Android keeps the system's trust anchors: the folder until 13, and the Conscrypt module's from 14 on. */
const SYSTEM_FOLDER = '/system/etc/security/cacerts';
const MODULE_FOLDER = '/apex/com.android.conscrypt/cacerts';

export interface TrustAnchor {
  readonly pem: string;
  /** `<subject_hash_old>.0`, eight lower-case hex digits. */
  readonly fileName: string;
}

/** The anchor as it stands on the device; disposing it takes it away again and proves that it is gone. */
export interface InstalledAnchor extends AsyncDisposable {
  /** SHA-256 of the file as read back from every place. */
  readonly sha256: string;
  readonly places: readonly string[];
}

/**
 * Makes the device trust a certificate as a system anchor, without remount and without reboot: a tmpfs over the
 * system folder, on Android 14+ bound over the Conscrypt module's folder in the init namespace, in each zygote's and
 * in each of their children's (module mounts are per mount namespace; new apps inherit the zygote's).
 * Verified by digests read back from every place. Error: `trust-failed` naming the step.
 */
export async function installTrustAnchor(
  device: Pick<Device, 'push'>,
  root: Shell,
  anchor: TrustAnchor,
  signal: AbortSignal,
): Promise<InstalledAnchor> {
  if (!/^[0-9a-f]{8}\.\d$/.test(anchor.fileName)) {
    throw new Fault('trust-failed', `${printable(anchor.fileName)} is no name of a trust anchor (8 hex digits, .0)`);
  }
  const run = (commandLine: string, doing: string): Promise<string> =>
    mustRun(root, commandLine, 'trust-failed', doing, { signal });

  const byModule = (await root(`[ -d ${MODULE_FOLDER} ]`, { signal })).exitCode === 0;
  const label = selinuxLabel(await run(`ls -Zd ${SYSTEM_FOLDER}`, 'reading the label of the anchors'));
  const stage = '/data/local/tmp/sleeptalk-anchors';
  const undo = async (): Promise<void> => removeAnchor(root, anchor.fileName, stage);
  try {
    await run(`rm -rf ${stage} && mkdir -p ${stage}`, 'making room for the anchors');
    await run(`cp ${byModule ? MODULE_FOLDER : SYSTEM_FOLDER}/* ${stage}/`, 'copying the anchors aside');
    await device.push(Buffer.from(anchor.pem), `${stage}/${anchor.fileName}`, 0o644, signal);
    await run(`mount -t tmpfs tmpfs ${SYSTEM_FOLDER}`, 'mounting a tmpfs over the anchors');
    await run(`cp ${stage}/* ${SYSTEM_FOLDER}/`, 'putting the anchors in place');
    await run(
      `chown root:root ${SYSTEM_FOLDER} ${SYSTEM_FOLDER}/* && chmod 755 ${SYSTEM_FOLDER} && chmod 644 ${SYSTEM_FOLDER}/*`,
      'setting the owner of the anchors',
    );
    await run(`chcon ${quote(label)} ${SYSTEM_FOLDER} ${SYSTEM_FOLDER}/*`, 'labelling the anchors');
    if (byModule) await bindEverywhere(root, signal);
    const places = await verify(root, anchor, byModule, signal);
    await run(`rm -rf ${stage}`, 'removing the copies');
    return { sha256: digest(anchor.pem), places, [Symbol.asyncDispose]: undo };
  } catch (error) {
    await undo().catch(() => undefined); // the first fault is the one to tell; a left-over is found by the next clean check
    throw error;
  }
}

/** The places at which a tmpfs or bind mount lies over the anchors now: empty on a clean device. */
export async function findAnchorMounts(root: Shell): Promise<string[]> {
  const mounts = await root('cat /proc/mounts');
  return [SYSTEM_FOLDER, MODULE_FOLDER].filter((folder) =>
    mounts.stdout.split('\n').some((line) => line.split(' ')[1] === folder && line.split(' ')[2] === 'tmpfs'),
  );
}

/** Takes away whatever lies over the anchors, in every namespace, until nothing does. Error: `device-dirty`. */
export async function removeAnchor(root: Shell, fileName: string | null, stage: string | null): Promise<void> {
  if (stage !== null) await root(`rm -rf ${quote(stage)}`);
  for (let turn = 0; turn < 4 && (await findAnchorMounts(root)).length > 0; turn += 1) {
    for (const pid of [...(await listZygoteChildren(root)), ...(await listZygotes(root))]) {
      await root(`nsenter --mount=/proc/${pid}/ns/mnt -- umount ${MODULE_FOLDER}`); // most have none, or end meanwhile
    }
    for (const folder of await findAnchorMounts(root)) await root(`umount ${folder}`);
  }
  const left = await findAnchorMounts(root);
  const visible =
    fileName === null ? '' : (await root(`ls ${SYSTEM_FOLDER}/${fileName} ${MODULE_FOLDER}/${fileName}`)).stdout.trim();
  if (left.length > 0 || visible !== '') {
    throw new Fault(
      'device-dirty',
      `our certificate is still trusted by the device (${left.join(', ') || printable(visible)})`,
    );
  }
}

async function bindEverywhere(root: Shell, signal: AbortSignal): Promise<void> {
  const bind = `mount --bind ${SYSTEM_FOLDER} ${MODULE_FOLDER}`;
  await mustRun(root, bind, 'trust-failed', 'binding the anchors over the Conscrypt module', { signal });
  const zygotes = await listZygotes(root);
  if (zygotes.length === 0) throw new Fault('trust-failed', 'no zygote runs, so no app would see the certificate');
  for (const pid of zygotes) {
    const doing = `binding the anchors for zygote ${pid}`;
    await mustRun(root, `nsenter --mount=/proc/${pid}/ns/mnt -- ${bind}`, 'trust-failed', doing, { signal });
  }
  for (const pid of await listZygoteChildren(root)) {
    const result = await root(`nsenter --mount=/proc/${pid}/ns/mnt -- ${bind}`, { signal });
    const alive = (await root(`[ -d /proc/${pid} ]`, { signal })).exitCode === 0;
    if (result.exitCode !== 0 && alive) {
      throw new Fault('trust-failed', `binding the anchors for process ${pid}: ${printable(result.stderr.trim())}`);
    }
  }
}

async function verify(root: Shell, anchor: TrustAnchor, byModule: boolean, signal: AbortSignal): Promise<string[]> {
  const expected = digest(anchor.pem);
  const places: string[] = [];
  const look = async (command: string, place: string): Promise<void> => {
    const found = /^[0-9a-f]{64}/.exec((await root(command, { signal })).stdout)?.[0];
    if (found !== expected) throw new Fault('trust-failed', `${place} does not show our certificate`);
    places.push(place);
  };
  const folders = byModule ? [SYSTEM_FOLDER, MODULE_FOLDER] : [SYSTEM_FOLDER];
  for (const folder of folders) await look(`sha256sum ${folder}/${anchor.fileName}`, folder);
  const seen = folders.at(-1) ?? SYSTEM_FOLDER;
  for (const pid of await listZygotes(root)) {
    const command = `nsenter --mount=/proc/${pid}/ns/mnt -- sha256sum ${seen}/${anchor.fileName}`;
    await look(command, `${seen} as zygote ${pid} sees it`);
  }
  return places;
}

/** The label in a line of `ls -Zd`: `u:object_r:system_file:s0 /system/…`. */
export function selinuxLabel(line: string): string {
  const label = /(?:^|\s)(u:object_r:[A-Za-z0-9_]+:s0(?::[c0-9,.]+)?)(?=\s|$)/.exec(line)?.[1];
  if (label === undefined) throw new Fault('trust-failed', `no SELinux label in "${printable(line.trim())}"`);
  return label;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
