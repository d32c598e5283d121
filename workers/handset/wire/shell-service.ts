import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { runCommandLine, type ShellSystem } from '../shell/shell.ts';
import { runProgram } from '../shell/program.ts';
import { openShell } from '../shell/shell.ts';
import { Pipe, type Sink } from '../shell/pipe.ts';
import type { Descriptors, Session } from '../shell/state.ts';
import { environmentOf, openSession } from '../shell/state.ts';
import type { Service, ServiceStream } from './connection.ts';
import { runTerminal } from './terminal.ts';

/** Packets of the shell v2 protocol (AOSP packages/modules/adb, shell_protocol.h). */
const PACKET = { stdin: 0, stdout: 1, stderr: 2, exit: 3, closeStdin: 4, windowSize: 5 } as const;
const MOST_PACKET_BYTES = 1 << 20;

/** `shell:COMMAND`, `exec:COMMAND`: one stream for everything, no exit status. */
export function plainShell(system: ShellSystem, command: string, uid: number, terminal: boolean): Service {
  return async ({ input, output, signal }) => {
    await runIn(system, command, uid, { input, out: output, err: output }, signal, terminal);
  };
}

/** `shell,v2,ARGS:COMMAND`: packets for stdin, stdout, stderr and the exit status. */
export function packetShell(system: ShellSystem, command: string, uid: number, terminal: boolean): Service {
  return packets((streams, signal) => runIn(system, command, uid, streams, signal, terminal));
}

/** `abb:` (packets) and `abb_exec:` (plain): `cmd` with arguments that are not a shell's. */
export function commandBridge(
  system: ShellSystem,
  argv: readonly string[],
  uid: number,
  withPackets: boolean,
): Service {
  const run = (streams: Streams, signal: AbortSignal): Promise<number> =>
    runArguments(system, ['cmd', ...argv], uid, streams, signal);
  if (withPackets) return packets(run);
  return async ({ input, output, signal }) => {
    await run({ input, out: output, err: output }, signal);
  };
}

interface Streams {
  readonly input: Pipe;
  readonly out: Sink;
  readonly err: Sink;
}

async function runIn(
  system: ShellSystem,
  command: string,
  uid: number,
  streams: Streams,
  signal: AbortSignal,
  terminal: boolean,
): Promise<number> {
  const session = sessionOf(streams);
  const descriptors = descriptorsOf(streams);
  const options = { uid, signal, session, descriptors };
  let status: number;
  if (command !== '') status = await runCommandLine(system, command, options);
  else if (terminal) status = await runTerminal(system, options, streams);
  else status = await runScriptFrom(system, streams.input, options);
  await Promise.allSettled(session.stragglers);
  return status;
}

/** `adb shell < script`: the whole of stdin is the program. */
async function runScriptFrom(
  system: ShellSystem,
  input: Pipe,
  options: Parameters<typeof runCommandLine>[2],
): Promise<number> {
  let text = '';
  for await (const chunk of input) text += chunk.toString('utf8');
  return runCommandLine(system, text, options);
}

async function runArguments(
  system: ShellSystem,
  argv: readonly string[],
  uid: number,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const descriptors = descriptorsOf(streams);
  const { task, state } = openShell(system, { uid, signal, session: sessionOf(streams), descriptors }, argv.join(' '));
  try {
    const program = lookUp(system.programs(), argv[0] ?? '');
    if (program === undefined) return 127;
    return await runProgram(program, argv, environmentOf(uid), descriptors, state, system);
  } finally {
    task.end();
  }
}

function sessionOf({ out, err }: Streams): Session {
  return openSession(out, err);
}

function descriptorsOf({ input, out, err }: Streams): Descriptors {
  return {
    input,
    outputs: new Map([
      [1, out],
      [2, err],
    ]),
  };
}

/** Speaks the packets around something that runs on plain streams. */
function packets(run: (streams: Streams, signal: AbortSignal) => Promise<number>): Service {
  return async ({ input, output, signal }: ServiceStream) => {
    const stdin = new Pipe();
    const reading = readPackets(input, stdin);
    const status = await run(
      { input: stdin, out: packetSink(PACKET.stdout, output), err: packetSink(PACKET.stderr, output) },
      signal,
    );
    output.write(packet(PACKET.exit, Buffer.from([status & 0xff])));
    output.end();
    stdin.break();
    // The client answers the exit status by closing its end.
    await Promise.race([reading, outputTaken(output)]);
  };
}

async function outputTaken(output: Pipe): Promise<void> {
  while (output.bufferedBytes > 0 && !output.broken) await new Promise((resolve) => setImmediate(resolve));
}

async function readPackets(input: Pipe, stdin: Pipe): Promise<void> {
  for (;;) {
    const header = await input.readExactly(5);
    if (header === null) break;
    const length = header.readUInt32LE(1);
    if (length > MOST_PACKET_BYTES) break;
    const body = await input.readExactly(length);
    if (body === null) break;
    const kind = header[0];
    if (kind === PACKET.stdin) {
      await stdin.drained();
      stdin.write(body);
    } else if (kind === PACKET.closeStdin) stdin.end();
  }
  stdin.end();
}

function packet(kind: number, body: Buffer): Buffer {
  const header = Buffer.allocUnsafe(5);
  header[0] = kind;
  header.writeUInt32LE(body.length, 1);
  return Buffer.concat([header, body]);
}

function packetSink(kind: number, output: Pipe): Sink {
  return {
    write: (bytes) => output.write(packet(kind, bytes)),
    drained: () => output.drained(),
    end: () => undefined,
  };
}
