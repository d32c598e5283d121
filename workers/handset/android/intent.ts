import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { longComponent, parseComponent, shortComponent } from './component.ts';
import type { ComponentName } from './component.ts';

/** An intent as the shell's `am` builds it (Intent.parseCommandArgs). */
export interface Intent {
  action: string | null;
  data: string | null;
  mimeType: string | null;
  categories: string[];
  component: ComponentName | null;
  packageName: string | null;
  flags: number;
  extras: Record<string, string>;
}

export class IntentError extends Error {
  override readonly name = 'IntentError';
}

export const FLAG_INCLUDE_STOPPED_PACKAGES = 0x20;
const FLAG_EXCLUDE_STOPPED_PACKAGES = 0x10;

/** Extras: option -> how many words follow. */
const EXTRA_WORDS: Readonly<Record<string, number>> = {
  '-e': 2,
  '--es': 2,
  '--esn': 1,
  '--ez': 2,
  '--ei': 2,
  '--el': 2,
  '--ef': 2,
  '--ed': 2,
  '--eu': 2,
  '--ecn': 2,
  '--eia': 2,
  '--eial': 2,
  '--ela': 2,
  '--elal': 2,
  '--efa': 2,
  '--efal': 2,
  '--esa': 2,
  '--esal': 2,
};

const FLAG_OPTIONS: Readonly<Record<string, number>> = {
  '--grant-read-uri-permission': 0x1,
  '--grant-write-uri-permission': 0x2,
  '--exclude-stopped-packages': FLAG_EXCLUDE_STOPPED_PACKAGES,
  '--include-stopped-packages': FLAG_INCLUDE_STOPPED_PACKAGES,
  '--debug-log-resolution': 0x8,
  '--activity-brought-to-front': 0x400000,
  '--activity-clear-top': 0x4000000,
  '--activity-clear-task': 0x8000,
  '--activity-exclude-from-recents': 0x800000,
  '--activity-no-animation': 0x10000,
  '--activity-no-history': 0x40000000,
  '--activity-no-user-action': 0x40000,
  '--activity-reorder-to-front': 0x20000,
  '--activity-reset-task-if-needed': 0x200000,
  '--activity-single-top': 0x20000000,
  '--receiver-registered-only': 0x40000000,
  '--receiver-replace-pending': 0x20000000,
  '--receiver-foreground': 0x10000000,
};

/** What else a command understands: option -> how many words follow. */
export type OwnOptions = Readonly<Record<string, number>>;

/** Parses intent arguments; options of the command itself come back by name, with their words. */
export function parseIntent(
  args: readonly string[],
  own: OwnOptions,
): { intent: Intent; options: ReadonlyMap<string, string[]> } {
  const intent: Intent = {
    action: null,
    data: null,
    mimeType: null,
    categories: [],
    component: null,
    packageName: null,
    flags: 0,
    extras: {},
  };
  const options = new Map<string, string[]>();
  let at = 0;
  const word = (option: string): string => {
    const next = args[at++];
    if (next === undefined) throw new IntentError(`Argument expected after "${option}"`);
    return next;
  };
  const words = (option: string, count: number): string[] => Array.from({ length: count }, () => word(option));
  while (at < args.length) {
    const option = word('');
    const ownWords = own[option];
    const extraWords = lookUp(EXTRA_WORDS, option);
    const flag = FLAG_OPTIONS[option];
    if (ownWords !== undefined) options.set(option, words(option, ownWords));
    else if (option === '-a') intent.action = word(option);
    else if (option === '-d') intent.data = word(option);
    else if (option === '-t') intent.mimeType = word(option);
    else if (option === '-i') word(option);
    else if (option === '-c') intent.categories.push(word(option));
    else if (option === '-p') intent.packageName = word(option);
    else if (option === '-f') intent.flags = parseFlags(word(option));
    else if (option === '-n') {
      const text = word(option);
      intent.component = parseComponent(text);
      if (!intent.component) throw new IntentError(`Bad component name: ${text}`);
    } else if (extraWords !== undefined) {
      const [key, ...value] = words(option, extraWords);
      if (key !== undefined) intent.extras[key] = value.join(' ');
    } else if (flag !== undefined) intent.flags = (intent.flags | flag) >>> 0;
    else if (option === '--selector') continue;
    else if (option.startsWith('-')) throw new IntentError(`Unknown option: ${option}`);
    else positional(intent, option);
  }
  return { intent, options };
}

/** A last word that is a URI, a component or a package (Intent.parseCommandArgs, "uri"). */
function positional(intent: Intent, text: string): void {
  if (text.includes(':')) {
    intent.data ??= text;
    return;
  }
  const hadAction = intent.action !== null;
  if (text.includes('/')) intent.component ??= parseComponent(text);
  else intent.packageName ??= text;
  if (!hadAction) {
    intent.action = 'android.intent.action.MAIN';
    if (intent.categories.length === 0) intent.categories.push('android.intent.category.LAUNCHER');
  }
}

function parseFlags(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new IntentError(`Invalid flags: ${text}`);
  return value >>> 0;
}

/** `Intent { act=… cat=[…] dat=… flg=0x… pkg=… cmp=… (has extras) }`, as Intent.toString prints it. */
export function describeIntent(intent: Intent): string {
  const parts: string[] = [];
  if (intent.action !== null) parts.push(`act=${intent.action}`);
  if (intent.categories.length > 0) parts.push(`cat=[${intent.categories.join(',')}]`);
  if (intent.data !== null) parts.push(`dat=${hiddenData(intent.data)}`);
  if (intent.mimeType !== null) parts.push(`typ=${intent.mimeType}`);
  if (intent.flags !== 0) parts.push(`flg=0x${intent.flags.toString(16)}`);
  if (intent.packageName !== null) parts.push(`pkg=${intent.packageName}`);
  if (intent.component !== null) parts.push(`cmp=${shortComponent(intent.component)}`);
  if (Object.keys(intent.extras).length > 0) parts.push('(has extras)');
  return `Intent { ${parts.join(' ')} }`;
}

/** Uri.toSafeString: path and query of a web address are not shown. */
function hiddenData(data: string): string {
  const match = /^(https?|ftp|rtsp):\/\/([^/?#]*)(.*)$/.exec(data);
  return match ? `${match[1]}://${match[2]}/${(match[3] ?? '').length > 1 ? '...' : ''}` : data;
}

export function activityClass(name: ComponentName): string {
  return `Activity class {${longComponent(name)}} does not exist.`;
}
