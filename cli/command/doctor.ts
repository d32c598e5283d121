import { access, constants, mkdir, statfs } from 'node:fs/promises';
import type { Command } from 'commander';
import { asFault } from '../../orchestrator/store/stage.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import { probeDevices } from '../../workers/device/probe.ts';
import { packageVersion } from '../../workers/package-version.ts';
import { findHome, type Home } from '../home.ts';
import type { Invocation } from '../invocation.ts';
import { profileFolders } from '../profile-folders.ts';
import { openStand } from '../service.ts';
import { line } from '../terminal.ts';
import { version } from '../version.ts';

/** One capability of this machine: there or not, and what to do where it is not. */
interface Capability {
  readonly name: string;
  readonly state: 'ready' | 'absent' | 'broken';
  readonly words: string;
  readonly remedy?: string;
  /** True where `vet` on a simulated handset cannot do without it. */
  readonly needed: boolean;
}

const SIGN = { ready: '✓', absent: '–', broken: '✗' } as const;

/** `sleeptalk doctor`: what this machine has and lacks for which capability, each with its remedy. */
export function addDoctorCommand(root: Command, invocation: Invocation): void {
  root
    .command('doctor')
    .description('Say what this machine has and lacks for which capability, each with its remedy.')
    .option('--home <dir>', 'where ledger, samples and evidence are kept')
    .option('--json', 'as JSON on stdout')
    .action(async (flags: { home?: string; json?: boolean }) => {
      const { terminal, environment, signal } = invocation;
      const home = findHome(environment, flags.home);
      const found = [
        nodeCapability(),
        ...(await deviceCapabilities(environment, signal)),
        appiumCapability(),
        await profileCapability(environment),
        await ledgerCapability(home, environment, signal),
        await diskCapability(home),
      ];
      if (flags.json === true) line(terminal.out, JSON.stringify(found));
      else for (const one of found) printCapability(invocation, one);
      const lacking = found.filter((one) => one.needed && one.state !== 'ready');
      if (flags.json !== true) {
        line(terminal.out);
        line(
          terminal.out,
          lacking.length === 0 ? 'Ready to vet.' : `Not ready: ${lacking.map((one) => one.name).join(', ')}.`,
        );
      }
      invocation.finish(lacking.length === 0 ? 0 : 1);
    });
}

function printCapability({ terminal }: Invocation, one: Capability): void {
  line(terminal.out, `${SIGN[one.state]} ${one.name.padEnd(20)} ${one.words}`);
  if (one.remedy !== undefined) line(terminal.out, `${' '.repeat(23)}→ ${one.remedy}`);
}

function nodeCapability(): Capability {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > 20 || (major === 20 && minor >= 19);
  const base = { name: 'Node.js', words: `${process.versions.node}, sleeptalk ${version()}`, needed: true };
  return isNew ? { ...base, state: 'ready' } : { ...base, state: 'broken', remedy: 'install Node.js 20.19 or newer' };
}

async function deviceCapabilities(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Capability[]> {
  const probe = await probeDevices(environment, signal);
  const { adb, simulated, emulator, avds, devices } = probe;
  const kvm = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return [
    adb === null
      ? {
          name: 'adb',
          state: 'absent',
          words: 'not found',
          remedy: 'bash scripts/prepare.sh, or set ANDROID_HOME',
          needed: true,
        }
      : { name: 'adb', state: 'ready', words: `${adb.version} (${adb.path})`, needed: true },
    simulated === null
      ? {
          name: 'simulated handset',
          state: 'broken',
          words: 'its emulator program is missing',
          remedy: 'reinstall sleeptalk',
          needed: true,
        }
      : { name: 'simulated handset', state: 'ready', words: 'API levels 28 to 36', needed: true },
    emulator === null
      ? {
          name: 'Android emulator',
          state: 'absent',
          words: 'not found',
          remedy: 'install the Android SDK emulator and set ANDROID_HOME',
          needed: false,
        }
      : {
          name: 'Android emulator',
          state: 'ready',
          words: `${emulator}; AVDs: ${avds.join(', ') || 'none'}`,
          needed: false,
        },
    kvm
      ? { name: 'KVM', state: 'ready', words: '/dev/kvm may be used', needed: false }
      : {
          name: 'KVM',
          state: 'absent',
          words: '/dev/kvm may not be used',
          remedy: 'needed for an Android emulator only: load kvm, join the group kvm',
          needed: false,
        },
    devices === null
      ? {
          name: 'connected devices',
          state: 'absent',
          words: 'no adb server of yours is running',
          remedy: 'to vet on a device of yours: adb start-server',
          needed: false,
        }
      : {
          name: 'connected devices',
          state: 'ready',
          words: devices.map((one) => `${one.serial} (${one.state})`).join(', ') || 'none',
          needed: false,
        },
  ];
}

function appiumCapability(): Capability {
  const wanted = ['appium', 'appium-uiautomator2-driver', 'webdriverio', 'http-mitm-proxy'];
  const versions = wanted.map((name) => ({ name, version: packageVersion(name) }));
  const found = versions.filter(({ version: one }) => one !== null).map(({ name, version: one }) => `${name} ${one}`);
  const missing = versions.filter(({ version: one }) => one === null).map(({ name }) => name);
  return missing.length === 0
    ? { name: 'Appium and proxy', state: 'ready', words: found.join(', '), needed: true }
    : {
        name: 'Appium and proxy',
        state: 'absent',
        words: `missing: ${missing.join(', ')}`,
        remedy: 'npm ci',
        needed: true,
      };
}

async function profileCapability(environment: NodeJS.ProcessEnv): Promise<Capability> {
  const base = { name: 'profiles', needed: true };
  try {
    const { functions, roles, sdks } = await loadProfiles({ extra: profileFolders(environment) });
    const hosts = roles.flatMap((role) => role.hosts).length;
    const words = `${functions.length} functions, ${hosts} destinations, ${sdks.length} SDKs`;
    return { ...base, state: 'ready', words };
  } catch (error) {
    return { ...base, state: 'broken', words: asFault(error).detail, remedy: 'mend or reinstall the profiles folder' };
  }
}

async function ledgerCapability(home: Home, environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Capability> {
  const base = { name: 'ledger and queue', needed: true };
  try {
    await using service = await openStand(home, {
      environment,
      signal,
      warn: () => undefined,
      leftovers: 'resume',
    });
    const place = home.databaseUrl === null ? `embedded in ${home.ledger}` : 'on PostgreSQL';
    return { ...base, state: 'ready', words: `${place}; queue: ${service.queue.backend}` };
  } catch (error) {
    const fault = asFault(error);
    const remedy =
      fault.code === 'ledger-busy'
        ? 'wait for that process, or use another --home'
        : 'check DATABASE_URL and REDIS_URL';
    return { ...base, state: 'broken', words: `${fault.code}: ${fault.detail}`, remedy };
  }
}

async function diskCapability(home: Home): Promise<Capability> {
  await mkdir(home.directory, { recursive: true });
  const { bavail, bsize } = await statfs(home.directory);
  const gigabytes = (bavail * bsize) / 1e9;
  const base = { name: 'disk', words: `${gigabytes.toFixed(1)} GB free in ${home.directory}`, needed: true };
  return gigabytes >= 1 ? { ...base, state: 'ready' } : { ...base, state: 'broken', remedy: 'free at least 1 GB' };
}
