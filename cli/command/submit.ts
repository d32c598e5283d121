import { Option, type Command } from 'commander';
import { Urgency, type SubmissionView } from '../../orchestrator/contract/api.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { FaultCode } from '../../orchestrator/contract/faults.ts';
import { FAULTS } from '../../orchestrator/contract/faults.ts';
import { lookUp } from '../../orchestrator/contract/look-up.ts';
import type { Verdict } from '../../orchestrator/contract/report.ts';
import { asFault } from '../../orchestrator/store/stage.ts';
import { openApi, type Api } from '../client/api.ts';
import { followSubmission } from '../client/events.ts';
import { groupUploads, type Upload } from '../client/uploads.ts';
import { numberBetween, type Invocation } from '../invocation.ts';
import { LiveView } from '../live.ts';
import { exitStatus, type Outcome } from '../outcome.ts';
import { line, type Terminal } from '../terminal.ts';

interface SubmitFlags {
  readonly server: string;
  readonly token?: string;
  readonly function?: string;
  readonly device?: string;
  readonly minutes?: number;
  readonly priority?: Urgency;
  readonly callback?: string;
  readonly note?: string;
  readonly again?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly json?: boolean;
}

/** How the submission of one app came out; `verdict` null where nobody waited for it. */
type Submitted =
  | {
      readonly upload: Upload;
      readonly view: SubmissionView;
      readonly verdict: Verdict | null;
      readonly sentence: string;
    }
  | { readonly upload: Upload; readonly view: SubmissionView | null; readonly fault: Fault };

/** `sleeptalk submit FILE…`: hands apps to a service, from a build pipeline for instance, and waits for the verdict. */
export function addSubmitCommand(root: Command, invocation: Invocation): void {
  root
    .command('submit')
    .description('Submit apps to a service. With --wait the exit status is that of `vet`.')
    .argument('<file...>', 'APK files, or .apks, .xapk, .apkm and zip files that hold them')
    .addOption(new Option('--server <url>', 'address of the service').env('SLEEPTALK_SERVER').makeOptionMandatory())
    .option('--token <token>', 'bearer token; better in SLEEPTALK_TOKEN, where no list of processes shows it')
    .option('--function <name>', 'what the app is for (default: what its manifest declares)')
    .option('--device <class>', 'class of devices (default: simulated)')
    .option('--minutes <n>', 'device minutes observed', numberBetween(1, 1440))
    .addOption(new Option('--priority <level>', 'place in the queue').choices([...Urgency.options]))
    .option('--callback <url>', 'told when the submission ends')
    .option('--note <text>', 'kept with the submission')
    .option('--again', 'vet again what was vetted before with the same options')
    .option('--wait', 'follow the work, and end with its verdict')
    .option(
      '--timeout <minutes>',
      'how long to wait at most; the submission itself goes on',
      numberBetween(0.01, 10_000),
      180,
    )
    .option('--json', 'one line of JSON an app on stdout')
    .action(async (files: string[], flags: SubmitFlags) => {
      const { terminal, environment } = invocation;
      const timeout = AbortSignal.timeout(flags.timeout * 60_000);
      const signal = AbortSignal.any([invocation.signal, timeout]);
      const api = openApi({ server: addressOf(flags.server), token: tokenOf(flags, environment), signal });
      const { uploads, refused } = await groupUploads(files, invocation.signal);
      using view = new LiveView(terminal);
      const submitted = await Promise.all(
        uploads.map((upload) => submitOne(api, upload, flags, { signal, view, terminal })),
      );
      const all: Submitted[] = [
        ...refused.map(({ upload, fault }) => ({ upload, fault, view: null })),
        ...submitted.map((one) => (timeout.aborted && 'fault' in one ? { ...one, fault: gaveUp(flags) } : one)),
      ];
      for (const one of all) print(terminal, api, one, flags);
      invocation.finish(exitStatus(all.flatMap(outcomeOf)));
    });
}

/** What counts for the exit status; nothing where nobody waited. */
function outcomeOf(one: Submitted): Outcome[] {
  if ('fault' in one) return [{ exitStatus: one.fault.exitStatus }];
  return one.verdict === null ? [] : [{ verdict: one.verdict }];
}

interface Following {
  readonly signal: AbortSignal;
  readonly view: LiveView;
  readonly terminal: Terminal;
}

async function submitOne(api: Api, upload: Upload, flags: SubmitFlags, following: Following): Promise<Submitted> {
  const { view: live } = following;
  let view: SubmissionView | null = null;
  try {
    view = await api.submit(upload.files, fieldsOf(flags));
    if (flags.wait !== true) return { upload, view, verdict: null, sentence: view.state };
    live.begin(view.id, upload.name);
    view = await follow(api, view, upload, following);
    if (view.state === 'done' && view.verdict !== null && view.report !== null) {
      const sentence = await api.sentence(view.report);
      live.end(view.id, `${view.verdict}: ${printable(sentence, 400)}`);
      return { upload, view, verdict: view.verdict, sentence };
    }
    throw faultOf(view);
  } catch (error) {
    const fault = asFault(following.signal.aborted ? following.signal.reason : error);
    if (view !== null) live.end(view.id, `${fault.code}: ${fault.detail}`);
    return { upload, view, fault };
  }
}

/** Shows the events of a submission until it has ended; gives it as it then stands. */
async function follow(api: Api, view: SubmissionView, upload: Upload, following: Following): Promise<SubmissionView> {
  const { signal, view: live, terminal } = following;
  const onLost = (fault: Fault): void => {
    line(terminal.err, `${upload.name}  the service does not answer (${fault.detail}); going on when it does`);
  };
  for await (const { event } of followSubmission(api, view.id, { signal, onLost })) {
    if (event.type === 'progress') live.update(view.id, event.progress);
  }
  return api.submission(view.id);
}

/** The fault that a submission ended in, with the exit status of its code. */
function faultOf({ state, fault }: SubmissionView): Fault {
  if (fault === null) return new Fault('server-not-understood', `the submission is ${state} without a report`);
  if (lookUp(FAULTS, fault.code) !== undefined) return new Fault(fault.code as FaultCode, printable(fault.detail, 500));
  return new Fault('server-not-understood', `${printable(fault.code)}: ${printable(fault.detail, 500)}`);
}

function gaveUp({ timeout }: SubmitFlags): Fault {
  return new Fault('deadline-passed', `no verdict within ${timeout} minutes; the submission goes on`);
}

function fieldsOf(flags: SubmitFlags): Record<string, string> {
  const fields = {
    function: flags.function,
    device: flags.device,
    minutes: flags.minutes?.toString(),
    priority: flags.priority,
    callbackUrl: flags.callback,
    note: flags.note,
    again: flags.again === true ? 'true' : undefined,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

function addressOf(text: string): string {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return text;
  throw new Fault('usage', `--server: expected an address as https://sleeptalk.example, found ${printable(text)}`);
}

function tokenOf(flags: SubmitFlags, environment: NodeJS.ProcessEnv): string {
  const token = (flags.token ?? environment['SLEEPTALK_TOKEN'] ?? '').trim();
  if (/^[\x21-\x7e]{1,500}$/.test(token)) return token;
  throw new Fault('usage', token === '' ? 'no token: set SLEEPTALK_TOKEN or --token' : 'the token is not one');
}

function print(terminal: Terminal, api: Api, one: Submitted, flags: SubmitFlags): void {
  const { upload, view } = one;
  if (flags.json === true) {
    const common = { sample: upload.name, paths: upload.files.map(({ path }) => path), submission: view?.id ?? null };
    const rest =
      'fault' in one
        ? { fault: one.fault.toJSON() }
        : {
            state: view?.state,
            verdict: one.verdict,
            sentence: one.verdict === null ? null : one.sentence,
            report: view?.report,
          };
    line(terminal.out, JSON.stringify({ ...common, ...rest }));
  }
  if ('fault' in one) {
    const { code, detail } = one.fault;
    const isNamed = upload.files.some(({ path }) => detail.startsWith(printable(path)));
    return line(terminal.err, `sleeptalk: ${code}: ${isNamed ? '' : `${printable(upload.name)}: `}${detail}`);
  }
  if (flags.json === true || view === null) return;
  line(terminal.out, `${printable(upload.name)}: ${one.verdict ?? printable(one.sentence)}`);
  if (one.verdict !== null) line(terminal.out, `  ${printable(one.sentence, 1000)}`);
  const page =
    one.verdict !== null && view.report !== null
      ? api.pageOf('reports', view.report)
      : api.pageOf('submissions', view.id);
  line(terminal.out, `  ${page}`);
}
