import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { createAuthority, type Authority } from './authority.ts';
import { createCanaryBook } from './canary.ts';
import type { SessionClock } from './clock.ts';
import type { Egress } from './egress/egress.ts';
import { openFront, type FrontOptions, type SessionFront } from './front.ts';
import { createJournal, type Journal } from './journal.ts';
import { createLeafMaker } from './leaf.ts';
import { createMitmDecryptor } from './mitm-decryptor.ts';
import { createLiveAnswers, createSealedAnswers } from './name-answers.ts';
import { createPinBook } from './pins.ts';
import { openRecorder, type CaptureCounts, type CaptureStart, type Recorder } from './recorder.ts';
import { openNameServer, type NameServer } from './resolver.ts';

/** The network observation of one device session. */
export interface Capture extends AsyncDisposable {
  readonly host: string;
  /** Where the handset's redirection, or its proxy setting, must lead. */
  readonly port: number;
  /** On 127.0.0.1, UDP and TCP: where the handset's look-ups must lead. */
  readonly dnsPort: number;
  /** The certificate to install on the handset, and the file name that Android looks it up by. */
  readonly caPem: string;
  readonly caFileName: string;
  /** capture.ndjson; phases, states, schedules and coverage are written here by who observes them. */
  readonly recorder: Recorder;
  /** For observers beside the proxy (push ledger, QUIC refusals): never throws, and gathers gaps. */
  readonly journal: Journal;
  /**
   * Settles when a request whose target or Host holds the nonce has come through; rejects when the signal aborts.
   * Call it before sending the canary.
   */
  expectCanary(nonce: string, options: { readonly signal: AbortSignal }): Promise<void>;
  counts(): CaptureCounts;
  /** The name that the resolver gave an address out for; null where there is none. */
  nameOf(address: string): string | null;
  onRecord(listener: (record: CaptureRecord) => void): () => void;
  /** Sessions from now on are marked as following something that we forced. */
  setForced(forced: boolean): void;
  /** Ends all connections, writes what is open and the end record. Throws the first fault of the capture, if any. */
  close(): Promise<void>;
}

export interface CaptureOptions {
  /** Created if absent; capture.ndjson must not exist in it yet. */
  readonly directory: string;
  readonly packageName: string;
  readonly clock: SessionClock;
  /** Disposed of by who opened it. */
  readonly egress: Egress;
  /** Absent: an authority of this session's own. */
  readonly authority?: Authority;
  /** Hosts that are never opened, such as those a network security configuration pins; `.name` includes all below. */
  readonly passthroughHosts: readonly string[];
  readonly signal: AbortSignal;
  /** The start record; `package` comes from packageName. */
  readonly start: Omit<CaptureStart, 'package'>;
  /** Default 127.0.0.1 and a free port: an emulator's 10.0.2.2 leads to the host's loopback. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly attribution?: FrontOptions['attribution'];
  readonly recordLimit?: number;
  /** Keep queries of URLs in the record. Default false. */
  readonly keepQueries?: boolean;
  readonly silenceMs?: number;
  readonly mostConnections?: number;
  /** For tests. */
  readonly createServer?: FrontOptions['createServer'];
}

/** The app's own connections to Google's push servers are not HTTP and must never be opened (device facts, FCM). */
const PUSH_HOSTS = ['mtalk.google.com', 'mtalk4.google.com', 'mtalk-dev.google.com'].concat(
  Array.from({ length: 8 }, (_, index) => `alt${index + 1}-mtalk.google.com`),
);

/** Opens recorder, resolver and proxy. Rejects with Fault 'port-busy' or 'proxy-failed', or the signal's reason. */
export async function openCapture(options: CaptureOptions): Promise<Capture> {
  const { clock, directory, signal } = options;
  signal.throwIfAborted();
  const authority = options.authority ?? createAuthority();
  const canaries = createCanaryBook();
  const recorder = await openRecorder({
    directory,
    clock,
    signal,
    start: { ...options.start, package: options.packageName },
    ...(options.recordLimit === undefined ? {} : { recordLimit: options.recordLimit }),
  });
  const journal = createJournal(recorder, clock);
  const decryptor = createMitmDecryptor();
  let names: NameServer | null = null;
  let front: SessionFront;
  try {
    const answers = options.egress.mode === 'live' ? createLiveAnswers() : createSealedAnswers();
    names = await openNameServer({ journal, answers, signal });
    front = await openFront({
      journal,
      decryptor,
      canaries,
      egress: options.egress,
      leaves: createLeafMaker(authority),
      pins: createPinBook([...PUSH_HOSTS, ...options.passthroughHosts]),
      attribution: options.attribution ?? 'certain',
      redactQuery: !(options.keepQueries ?? false),
      silenceMs: options.silenceMs ?? 400,
      mostConnections: options.mostConnections ?? 1000,
      host: options.listen?.host ?? '127.0.0.1',
      port: options.listen?.port ?? 0,
      ...(options.createServer ? { createServer: options.createServer } : {}),
    });
  } catch (error) {
    await names?.[Symbol.asyncDispose]();
    await recorder.close();
    throw error;
  }
  const nameServer = names;
  let closing: Promise<void> | null = null;
  const closeAll = async (): Promise<void> => {
    await front[Symbol.asyncDispose]();
    await decryptor[Symbol.asyncDispose]();
    await nameServer[Symbol.asyncDispose]();
    journal.gaps.flush();
    await recorder.close();
    if (journal.fault) throw journal.fault;
  };
  const close = (): Promise<void> => {
    closing ??= closeAll();
    return closing;
  };
  // A cancelled session still leaves a readable capture; whoever closes it hears of any fault.
  signal.addEventListener('abort', () => void close().catch(() => undefined), { once: true });
  return {
    host: front.host,
    port: front.port,
    dnsPort: nameServer.port,
    nameOf: (address) => nameServer.nameOf(address),
    caPem: authority.certificatePem,
    caFileName: authority.fileName,
    recorder,
    journal,
    expectCanary: (nonce, { signal: waiting }) => canaries.expect(nonce, AbortSignal.any([waiting, signal])),
    counts: () => recorder.counts(),
    onRecord: (listener) => recorder.onRecord(listener),
    setForced(forced) {
      journal.forced = forced;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
