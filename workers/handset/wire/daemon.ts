import type net from 'node:net';
import { AdbConnection } from './connection.ts';
import { Reverses } from './forward.ts';
import { keepRegistered } from './registration.ts';
import { findService, type ServiceContext } from './services.ts';

export interface DaemonOptions {
  readonly server: net.Server;
  readonly adbPort: number;
  /** The adb server to register with, or null: wait to be connected to. */
  readonly adbServerPort: number | null;
  readonly context: Omit<ServiceContext, 'uid' | 'restart'>;
}

/** adbd: accepts connections of adb servers on the handset's adb port, and tells one server where it is. */
export interface Daemon extends AsyncDisposable {
  /** Drops every connection; clients reconnect. */
  restart(uid?: number): void;
}

const SHELL_UID = 2000;

/** Takes over a server that listens already. */
export function startDaemon({ server, adbPort, adbServerPort, context }: DaemonOptions): Daemon {
  const connections = new Set<{ connection: AdbConnection; socket: net.Socket }>();
  let uid = SHELL_UID;

  const restart = (asUid: number): void => {
    uid = asUid;
    context.properties.set('service.adb.root', asUid === 0 ? '1' : '0');
    for (const { connection } of connections) connection.close();
  };
  const services: ServiceContext = { ...context, uid: () => uid, restart };

  server.on('connection', (socket) => {
    const reverses = new Reverses(context.listeners);
    const connection = new AdbConnection(socket, {
      banner: () => bannerOf(context),
      open: (name, self) => findService(name, services, self, reverses),
    });
    const entry = { connection, socket };
    connections.add(entry);
    socket.once('close', () => {
      reverses.closeAll();
      connections.delete(entry);
      if (connections.size === 0) registration?.now();
    });
  });
  const registration =
    adbServerPort === null ? null : keepRegistered({ adbPort, adbServerPort, connected: () => connections.size > 0 });

  return {
    restart: (asUid = uid) => restart(asUid),
    async [Symbol.asyncDispose]() {
      registration?.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { socket } of connections) socket.destroy();
      await closed;
    },
  };
}

/** What adbd says of itself in CNXN (AOSP adb.cpp, get_connection_string). */
function bannerOf({ properties }: Pick<ServiceContext, 'properties'>): string {
  const named = ['ro.product.name', 'ro.product.model', 'ro.product.device']
    .map((name) => `${name}=${properties.get(name)};`)
    .join('');
  const features = ['cmd', 'shell_v2', 'stat_v2', 'ls_v2', 'fixed_push_mkdir'];
  // The Android binder bridge came with Android 11 (adb.cpp, kFeatureAbb).
  if (Number(properties.get('ro.build.version.sdk')) >= 30) features.push('abb', 'abb_exec');
  return `device::${named}features=${features.join(',')}`;
}
