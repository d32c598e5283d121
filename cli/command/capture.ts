import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { openBundle } from '../../orchestrator/store/bundles.ts';
import { thisActor } from '../../orchestrator/store/custody.ts';
import { newId } from '../../orchestrator/store/ids.ts';
import { openCapture, type Capture } from '../../workers/capture/capture.ts';
import { createSessionClock } from '../../workers/capture/clock.ts';
import { openEgress } from '../../workers/capture/egress/open.ts';
import { captureTools } from '../../workers/capture/tools.ts';
import type { Invocation } from '../invocation.ts';
import { line } from '../terminal.ts';
import { version } from '../version.ts';

interface CaptureFlags {
  readonly listen: { readonly host: string; readonly port: number };
  readonly out: string;
  readonly egress: 'sealed' | 'recorded' | 'live';
  readonly allow: readonly string[];
  readonly package: string;
}

const SHOW_EVERY_MS = 1_000;

/** `sleeptalk capture`: the recording proxy alone, for a handset that a person set up by hand; Ctrl-C seals the bundle. */
export function addCaptureCommand(root: Command, invocation: Invocation): void {
  root
    .command('capture')
    .description(
      'Record what a handset sends through this proxy, until Ctrl-C. The handset is set up by hand: its traffic led ' +
        'here, and the certificate that is written beside the capture installed on it.',
    )
    .requiredOption('--listen <host:port>', 'where the proxy listens; port 0 takes a free one', hostAndPort)
    .requiredOption('--out <dir>', 'folder of bundles; each capture is one in it')
    .addOption(
      new Option('--egress <mode>', 'what answers: the proxy itself (sealed), or the real network (live)')
        .choices(['sealed', 'recorded', 'live'])
        .default('sealed'),
    )
    .addOption(
      new Option('--allow <cidr>', 'private addresses that a live capture may reach; may be repeated')
        .argParser((range: string, before: readonly string[]) => [...before, range])
        .default([]),
    )
    .option('--package <name>', 'the app that is watched, as the capture is to name it', 'unknown')
    .action(async (flags: CaptureFlags) => {
      const { terminal, signal } = invocation;
      if (flags.allow.length > 0 && flags.egress !== 'live') {
        throw new Fault('usage', '--allow has a meaning with --egress live only: nothing else reaches an address');
      }
      await using egress = openEgress(flags.egress, { allow: flags.allow });
      const startedAt = new Date().toISOString();
      await using bundle = await openBundle({ root: resolve(flags.out), run: newId('run') });
      const clock = createSessionClock({ clockRate: 1 });
      // Not the signal of Ctrl-C: that one ends the waiting, and the capture is then closed in order.
      const failing = new AbortController();
      await using capture = await openCapture({
        directory: bundle.directory,
        packageName: flags.package,
        clock,
        egress,
        passthroughHosts: [],
        // The proxy sees what the handset sends, and cannot tell by which app.
        attribution: 'unknown',
        listen: flags.listen,
        signal: failing.signal,
        start: { windowMs: 0, device: { kind: 'unknown' }, startedAt },
      });
      const certificate = join(resolve(flags.out), `${bundle.run}.${capture.caFileName}`);
      await writeFile(certificate, capture.caPem, { flag: 'wx' });
      clock.start();
      line(
        terminal.err,
        `listening on ${capture.host}:${capture.port} (${flags.egress}); names: UDP ${capture.dnsPort}`,
      );
      line(terminal.err, `certificate for the handset: ${certificate}`);
      line(terminal.err, 'recording until Ctrl-C');
      await untilEnded(capture, invocation);
      await capture.close();
      await chmod(certificate, 0o444);
      const sealed = await bundle.seal({
        sample: [],
        package: flags.package,
        seed: 0,
        device: { kind: 'unknown' },
        tools: { sleeptalk: version(), ...captureTools() },
        custody: [
          { at: startedAt, who: thisActor(), what: 'capture of a handset that was set up by hand began' },
          { at: new Date().toISOString(), who: thisActor(), what: 'capture ended' },
        ],
      });
      const { sessions, connections, gaps } = capture.counts();
      line(terminal.err, `${sessions} sessions on ${connections} connections, ${gaps} gaps`);
      line(terminal.out, sealed.directory);
      if (!signal.aborted) throw new Fault('internal', 'the capture ended by itself');
    });
}

/** Shows counts on a terminal meanwhile. */
async function untilEnded(capture: Pick<Capture, 'counts'>, { terminal, signal }: Invocation): Promise<void> {
  const show = (): void => {
    const { sessions, connections, gaps } = capture.counts();
    terminal.err.write(`\r\u001b[K${sessions} sessions, ${connections} connections, ${gaps} gaps`);
  };
  const timer = terminal.err.isTTY === true ? setInterval(show, SHOW_EVERY_MS) : null;
  if (!signal.aborted) await once(signal, 'abort');
  if (timer !== null) {
    clearInterval(timer);
    terminal.err.write('\r\u001b[K');
  }
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65535) throw new InvalidArgumentError('expected HOST:PORT.');
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
