import type { AdbAddress } from './adb-server.ts';
import type { Shell } from './shell.ts';

export type DeviceKind = 'simulated' | 'emulator' | 'physical';

/** What a device says of itself, read once when it is leased. */
export interface DeviceFacts {
  readonly kind: DeviceKind;
  readonly apiLevel: number;
  readonly release: string;
  readonly model: string;
  readonly abis: readonly string[];
  /** Device milliseconds per host millisecond: 1 on everything that is not simulated. */
  readonly clockRate: number;
  readonly features: readonly string[];
  readonly playServices: boolean;
  readonly fingerprint: string;
}

/** A device over adb: the one form in which the rest of this room sees simulated, emulated and physical handsets. */
export interface Device extends DeviceFacts {
  readonly serial: string;
  readonly adb: AdbAddress;
  /** As the shell user, or as root after `becomeRoot` found that adbd can be root. */
  readonly shell: Shell;
  push(bytes: Uint8Array, path: string, mode: number, signal?: AbortSignal): Promise<void>;
  pull(path: string, mostBytes: number, signal?: AbortSignal): Promise<Buffer>;
  /** Sends bytes to a command's stdin (`exec:`) and gives what it printed: streamed installs. */
  stream(commandLine: string, bytes: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<string>;
}
