/** What `dumpsys battery` shows. An emulator boots full and charging from the mains. */
export interface Battery {
  readonly acPowered: boolean;
  readonly usbPowered: boolean;
  readonly wirelessPowered: boolean;
  readonly dockPowered: boolean;
  /** BatteryManager: 2 charging, 3 discharging, 4 not charging, 5 full. */
  readonly status: number;
  readonly level: number;
  readonly temperature: number;
  readonly present: boolean;
  /** `dumpsys battery unplug` and `set` stop the updates from the hardware until `reset`. */
  readonly updatesStopped: boolean;
}

export const CHARGING_FROM_MAINS: Battery = {
  acPowered: true,
  usbPowered: false,
  wirelessPowered: false,
  dockPowered: false,
  status: 2,
  level: 100,
  temperature: 250,
  present: true,
  updatesStopped: false,
};

export const isPowered = (battery: Battery): boolean =>
  battery.acPowered || battery.usbPowered || battery.wirelessPowered || battery.dockPowered;

export interface BatteryAnswer {
  readonly battery: Battery;
  readonly text: string;
}

/**
 * One `dumpsys battery ARGS…` (AOSP BatteryService.Shell and dumpInternal). `hardware` is what `reset` goes back to.
 * Unplugging leaves `status` alone, as the service does: it follows only what `set status` says.
 */
export function batteryCommand(
  battery: Battery,
  hardware: Battery,
  args: readonly string[],
  apiLevel: number,
): BatteryAnswer {
  const [verb, ...rest] = args.filter((arg) => arg !== '-f');
  const frozen = { ...battery, updatesStopped: true };
  if (verb === undefined || verb === '-a') return { battery, text: batteryText(battery, apiLevel) };
  if (verb === 'unplug') {
    const off = { acPowered: false, usbPowered: false, wirelessPowered: false, dockPowered: false };
    return { battery: { ...frozen, ...off }, text: '' };
  }
  if (verb === 'reset') return { battery: { ...hardware, updatesStopped: false }, text: '' };
  if (verb === 'get') return { battery, text: getKey(battery, rest[0]) };
  if (verb === 'set') return setKey(frozen, battery, rest);
  return { battery, text: `Unknown command: ${verb}\n` };
}

type NumberKey = 'status' | 'level' | 'temperature';
type FlagKey = 'acPowered' | 'usbPowered' | 'wirelessPowered' | 'dockPowered' | 'present';
const FLAGS = new Map<string, FlagKey>([
  ['ac', 'acPowered'],
  ['usb', 'usbPowered'],
  ['wireless', 'wirelessPowered'],
  ['dock', 'dockPowered'],
  ['present', 'present'],
]);
const NUMBERS = new Map<string, NumberKey>([
  ['status', 'status'],
  ['level', 'level'],
  ['temp', 'temperature'],
]);

function setKey(frozen: Battery, before: Battery, args: readonly string[]): BatteryAnswer {
  const [key, value] = args;
  if (key === undefined) return { battery: before, text: 'No property specified\n' };
  if (value === undefined) return { battery: before, text: 'No value specified\n' };
  if (!/^-?\d{1,9}$/.test(value)) return { battery: before, text: `Bad value: ${value}\n` };
  const flag = FLAGS.get(key);
  const number = NUMBERS.get(key);
  if (flag !== undefined) return { battery: { ...frozen, [flag]: value !== '0' }, text: '' };
  if (number !== undefined) return { battery: { ...frozen, [number]: Number(value) }, text: '' };
  if (key === 'counter' || key === 'invalid') return { battery: frozen, text: '' };
  return { battery: before, text: `Unknown set option: ${key}\n` };
}

function getKey(battery: Battery, key: string | undefined): string {
  if (key === undefined) return 'No property specified\n';
  const flag = FLAGS.get(key);
  const number = NUMBERS.get(key);
  if (flag !== undefined) return `${battery[flag]}\n`;
  if (number !== undefined) return `${battery[number]}\n`;
  return `Unknown get option: ${key}\n`;
}

function batteryText(battery: Battery, apiLevel: number): string {
  const lines = ['Current Battery Service state:'];
  if (battery.updatesStopped) lines.push("  (UPDATES STOPPED -- use 'reset' to restart)");
  lines.push(
    `  AC powered: ${battery.acPowered}`,
    `  USB powered: ${battery.usbPowered}`,
    `  Wireless powered: ${battery.wirelessPowered}`,
  );
  if (apiLevel >= 33) lines.push(`  Dock powered: ${battery.dockPowered}`);
  lines.push(
    '  Max charging current: 0',
    '  Max charging voltage: 0',
    '  Charge counter: 10000',
    `  status: ${battery.status}`,
    '  health: 2',
    `  present: ${battery.present}`,
    `  level: ${battery.level}`,
    '  scale: 100',
    '  voltage: 5000',
    `  temperature: ${battery.temperature}`,
    '  technology: Li-ion',
  );
  if (apiLevel >= 34) lines.push('  Charging state: 0', '  Charging policy: 0', '  Capacity level: -1');
  return `${lines.join('\n')}\n`;
}
