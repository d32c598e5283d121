import { Fault, printable, type Fault as FaultType } from '../../orchestrator/contract/fault.ts';
import type { FaultCode } from '../../orchestrator/contract/faults.ts';
import { asFault, openService, readAdbFeatures, type ServiceStream } from './adb-link.ts';
import type { AdbAddress } from './adb-server.ts';
import { ShellFrames, stdinFrames } from './shell-frames.ts';

export interface ShellResult {
  readonly stdout: string;
  /** Empty on devices without shell v2, which mix it into stdout. */
  readonly stderr: string;
  readonly exitCode: number;
}

export interface ShellOptions {
  readonly signal?: AbortSignal;
  /** Host milliseconds, 30 s unless told. */
  readonly timeoutMs?: number;
  readonly stdin?: string | Uint8Array;
  /** Output beyond that is a fault, not a silent cut: 16 MiB unless told. */
  readonly mostBytes?: number;
}

/** Runs a command line in the device's shell. Never throws because of an exit status. */
export type Shell = (commandLine: string, options?: ShellOptions) => Promise<ShellResult>;

const MARKER = '__sleeptalk_status=';

/**
 * A shell on one device: `shell,v2` (stdout, stderr and exit status apart), or v1 with a marker line for devices
 * without it. Errors: `device-offline`, `adb-failed` (timeout, output too long), `cancelled` by the signal's reason.
 */
export async function openShell(address: AdbAddress, serial: string, signal: AbortSignal): Promise<Shell> {
  const features = await readAdbFeatures(address, serial, signal);
  const run = features.includes('shell_v2') ? runV2 : runV1;
  return async (commandLine, options = {}) => {
    const timeoutMs = options.timeoutMs ?? 30_000;
    const timeout = AbortSignal.timeout(timeoutMs);
    const outer = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
    try {
      return await run(address, serial, commandLine, options, AbortSignal.any([outer, timeout]));
    } catch (error) {
      outer.throwIfAborted();
      if (timeout.aborted) {
        throw new Fault('adb-failed', `${serial}: no answer within ${timeoutMs} ms to ${printable(commandLine, 120)}`);
      }
      throw asFault(error, serial, commandLine);
    }
  };
}

/** Runs a command that must succeed; anything else is the fault named, with the device's own words. */
export async function mustRun(
  shell: Shell,
  commandLine: string,
  code: FaultCode,
  doing: string,
  options?: ShellOptions,
): Promise<string> {
  const result = await shell(commandLine, options);
  if (result.exitCode !== 0) throw refused(result, code, doing);
  return result.stdout;
}

/** The fault for a command that the device refused. */
export function refused(result: ShellResult, code: FaultCode, doing: string): FaultType {
  const words = printable((result.stderr.trim() || result.stdout.trim() || 'it said nothing').slice(0, 300));
  return new Fault(code, `${doing}: ${words} (exit status ${result.exitCode})`);
}

/** A word for the device's shell, whatever it holds. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

async function runV2(
  address: AdbAddress,
  serial: string,
  commandLine: string,
  options: ShellOptions,
  signal: AbortSignal,
): Promise<ShellResult> {
  const stream = await openService(address, serial, `shell,v2,raw:${commandLine}`, signal);
  const frames = new ShellFrames(options.mostBytes ?? 16 * 1024 * 1024);
  try {
    if (options.stdin !== undefined) stream.write(stdinFrames(options.stdin));
    else stream.write(stdinFrames(''));
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      frames.add(chunk);
      if (frames.exitCode !== null) break;
    }
    signal.throwIfAborted();
    if (frames.exitCode === null) throw new Fault('device-offline', `${serial} went away before a command ended`);
    return { stdout: frames.stdout, stderr: frames.stderr, exitCode: frames.exitCode };
  } finally {
    stream.destroy();
  }
}

async function runV1(
  address: AdbAddress,
  serial: string,
  commandLine: string,
  options: ShellOptions,
  signal: AbortSignal,
): Promise<ShellResult> {
  if (options.stdin !== undefined) throw new Fault('adb-failed', `${serial} has no shell v2, so it takes no input`);
  const stream = await openService(address, serial, `shell:( ${commandLine}\n) </dev/null; echo "${MARKER}$?"`, signal);
  const text = (await readAll(stream, options.mostBytes ?? 16 * 1024 * 1024)).toString('utf8').replaceAll('\r\n', '\n');
  signal.throwIfAborted();
  const at = text.lastIndexOf(MARKER);
  if (at < 0) throw new Fault('device-offline', `${serial} went away before a command ended`);
  return { stdout: text.slice(0, at), stderr: '', exitCode: Number.parseInt(text.slice(at + MARKER.length), 10) };
}

/** Everything the stream gives until its end; a fault beyond the bound. */
export async function readAll(stream: ServiceStream, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > mostBytes) throw new Fault('adb-failed', `the device gave more than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
  } finally {
    stream.destroy();
  }
  return Buffer.concat(chunks);
}
