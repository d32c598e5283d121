import { Command, CommanderError } from 'commander';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import { lookUp } from '../orchestrator/contract/look-up.ts';
import type { Invocation } from './invocation.ts';
import { line, type Terminal } from './terminal.ts';
import { version } from './version.ts';

type AddCommand = (root: Command, invocation: Invocation) => void;

/** Each command with the module that holds it: only what is asked for is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  vet: async () => (await import('./command/vet.ts')).addVetCommand,
  score: async () => (await import('./command/score.ts')).addScoreCommand,
  approve: async () => (await import('./command/approve.ts')).addApproveCommand,
  compare: async () => (await import('./command/compare.ts')).addCompareCommand,
  cadence: async () => (await import('./command/cadence.ts')).addCadenceCommand,
  serve: async () => (await import('./command/serve.ts')).addServeCommand,
  worker: async () => (await import('./command/worker.ts')).addWorkerCommand,
  submit: async () => (await import('./command/submit.ts')).addSubmitCommand,
  person: async () => (await import('./command/person.ts')).addPersonCommand,
  token: async () => (await import('./command/token.ts')).addTokenCommand,
  audit: async () => (await import('./command/audit.ts')).addAuditCommand,
  retention: async () => (await import('./command/retention.ts')).addRetentionCommand,
  verify: async () => (await import('./command/verify.ts')).addVerifyCommand,
  capture: async () => (await import('./command/capture.ts')).addCaptureCommand,
  demo: async () => (await import('./command/demo.ts')).addDemoCommand,
  doctor: async () => (await import('./command/doctor.ts')).addDoctorCommand,
};

/** Runs one command line; resolves to the exit status. Errors become one sentence on stderr, never a stack trace. */
export async function main(
  args: readonly string[],
  terminal: Terminal = { in: process.stdin, out: process.stdout, err: process.stderr },
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Fault('cancelled', 'interrupted; everything opened is being closed'));
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  let status = 0;
  try {
    const invocation: Invocation = {
      terminal,
      environment,
      signal: interruption.signal,
      finish: (value) => {
        status = value;
      },
    };
    const root = await program(invocation, args[0] ?? '');
    await root.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    return report(error, terminal, environment);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

async function program(invocation: Invocation, name: string): Promise<Command> {
  const { terminal } = invocation;
  const root = new Command('sleeptalk')
    .description('Tells whether an Android app talks in its sleep (MITRE ATT&CK Mobile analytic AN1681).')
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
      outputError: (text, write) => write(`sleeptalk: usage: ${text.replace(/^error: /, '')}`),
    })
    .showHelpAfterError('(see `sleeptalk --help`)');
  const asked = lookUp(COMMANDS, name);
  for (const load of asked === undefined ? Object.values(COMMANDS) : [asked]) (await load())(root, invocation);
  return root;
}

function report(error: unknown, terminal: Terminal, environment: NodeJS.ProcessEnv): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Fault) {
    line(terminal.err, `sleeptalk: ${error.code}: ${error.detail}`);
    return error.exitStatus;
  }
  const message = error instanceof Error ? error.message : String(error);
  line(terminal.err, `sleeptalk: internal: ${printable(message, 500)} (SLEEPTALK_TRACE=1 shows where)`);
  if (environment['SLEEPTALK_TRACE'] && error instanceof Error) line(terminal.err, error.stack ?? '');
  return 1;
}
