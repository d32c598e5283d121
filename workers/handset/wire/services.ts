import type { OwnedTree } from '../files/tree.ts';
import type { ShellSystem } from '../shell/shell.ts';
import type { Listeners, Properties } from '../system.ts';
import type { AdbConnection, Service } from './connection.ts';
import { connectInside, protocolString, type Reverses } from './forward.ts';
import { commandBridge, packetShell, plainShell } from './shell-service.ts';
import { syncService } from './sync.ts';

/** What adbd's services stand on. */
export interface ServiceContext {
  readonly shell: ShellSystem;
  readonly files: OwnedTree;
  readonly listeners: Listeners;
  readonly properties: Properties;
  readonly nowMs: () => number;
  /** adbd's own uid: 2000, or 0 after `adb root`. */
  readonly uid: () => number;
  /** Ends all connections and comes back as that user. */
  readonly restart: (uid: number) => void;
  readonly reboot: () => void;
}

/** The service of that name, or null for one that adbd does not know (the client reads `error: closed`). */
export function findService(
  name: string,
  context: ServiceContext,
  connection: AdbConnection,
  reverses: Reverses,
): Service | null {
  const [head = '', rest = ''] = splitAt(name, ':');
  const uid = context.uid();
  switch (head) {
    case 'exec':
      return plainShell(context.shell, rest, uid, false);
    case 'abb':
    case 'abb_exec':
      return commandBridge(context.shell, rest.split('\0'), uid, head === 'abb');
    case 'sync':
      return syncService(context.files.asUser(uid), context.nowMs);
    case 'tcp':
    case 'local':
    case 'localabstract':
      return connectInside(context.listeners, name);
    case 'reverse':
      return reverses.serve(rest, connection);
    case 'root':
      return root(context);
    case 'unroot':
      if (uid !== 0) return text('adbd not running as root\n');
      return text('restarting adbd as non root\n', () => context.restart(2000));
    case 'remount':
      return uid === 0 ? packetless(context, 'remount') : text('Not running as root. Try "adb root" first.\n');
    case 'reboot':
      return text('', () => context.reboot());
    case 'tcpip':
    case 'usb':
      return text(`a simulated handset has no other transport than the emulator's\n`);
    case 'jdwp':
      // No app of the handset runs a Java machine, so none can be debugged.
      return text('');
    case 'track-jdwp':
    case 'track-app':
      return listNobody;
    default:
      return shellService(head, rest, context, uid);
  }
}

/** `shell:`, `shell,v2,TERM=xterm,raw:`. */
function shellService(head: string, command: string, context: ServiceContext, uid: number): Service | null {
  const [kind, ...flags] = head.split(',');
  if (kind !== 'shell') return null;
  // Without a command there is a terminal, unless `raw` asks for none (shell_service.cpp, ShellService).
  const terminal = flags.includes('pty') || (command === '' && !flags.includes('raw'));
  const make = flags.includes('v2') ? packetShell : plainShell;
  return make(context.shell, command, uid, terminal);
}

function root(context: ServiceContext): Service {
  if (context.uid() === 0) return text('adbd is already running as root\n');
  if (context.properties.get('ro.debuggable') !== '1') return text('adbd cannot run as root in production builds\n');
  return text('restarting adbd as root\n', () => context.restart(0));
}

function packetless(context: ServiceContext, command: string): Service {
  return plainShell(context.shell, command, 0, false);
}

/** Says one thing, and does something when the client has read it. */
function text(message: string, then?: () => void): Service {
  return async ({ output }) => {
    output.write(Buffer.from(message));
    if (then !== undefined) setTimeout(then, AFTER_ANSWER_MS);
  };
}

/** Long enough for an answer to be read before its connection ends; adbd sleeps 100 ms (restart_root_service). */
const AFTER_ANSWER_MS = 100;

/** A list of debuggable processes that stays open and stays empty. */
const listNobody: Service = async ({ output, signal }) => {
  output.write(Buffer.from(protocolString('')));
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
};

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
