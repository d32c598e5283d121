import type { Packages, ProgramIo } from '../system.ts';
import type { Jobs } from './jobs.ts';

/**
 * `cmd jobscheduler ARGS…` (AOSP JobSchedulerShellCommand). Its error codes -1000 (no package), -1001 (no job) and
 * -1002 (constraints) reach the shell modulo 256.
 */
export function jobShell(jobs: Jobs, packages: Packages): (io: ProgramIo) => number {
  return (io) => {
    const [, verb, ...args] = io.argv;
    switch (verb) {
      case 'run':
        return run(jobs, packages, io, args);
      case 'get-battery-charging':
      case 'get-battery-not-low':
        io.out('true\n');
        return 0;
      case 'get-job-state':
        return jobState(jobs, packages, io, args);
      case undefined:
      case 'help':
        io.out('Job scheduler (jobscheduler) commands:\n  run [-f | --force] [-u | --user USER_ID] PACKAGE JOB_ID\n');
        return 0;
      default:
        io.out(`Unknown command: ${verb}\n`);
        return 255;
    }
  };
}

interface Wanted {
  readonly force: boolean;
  readonly packageName: string;
  readonly jobId: number;
  readonly namespace: string | null;
}

function wanted(io: ProgramIo, args: readonly string[]): Wanted | null {
  let force = false;
  let namespace: string | null = null;
  const names: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '-f' || arg === '--force') force = true;
    else if (arg === '-s' || arg === '--satisfied') force = false;
    else if (arg === '-u' || arg === '--user') index++;
    else if (arg === '-n' || arg === '--namespace') namespace = args[++index] ?? null;
    else if (arg.startsWith('-')) {
      io.err(`Error: unknown option '${arg}'\n`);
      return null;
    } else names.push(arg);
  }
  const [packageName, id] = names;
  if (packageName === undefined || id === undefined) {
    io.err('Error: package and job id required\n');
    return null;
  }
  if (!/^-?\d{1,10}$/.test(id)) {
    io.err(`java.lang.NumberFormatException: For input string: "${id}"\n`);
    return null;
  }
  return { force, packageName, jobId: Number(id), namespace };
}

function run(jobs: Jobs, packages: Packages, io: ProgramIo, args: readonly string[]): number {
  const what = wanted(io, args);
  if (what === null) return 255;
  const { packageName, jobId, namespace, force } = what;
  if (packages.get(packageName) === undefined) {
    io.out(`Package not found: ${packageName} / user 0\n`);
    return -1000 & 0xff;
  }
  const job = namespace === null ? jobs.find(packageName, jobId) : undefined;
  if (job === undefined) {
    const where = namespace === null ? '' : ` / namespace ${namespace}`;
    io.out(`Could not find job ${jobId} in package ${packageName}${where} / user 0\n`);
    return -1001 & 0xff;
  }
  const block = jobs.block(job);
  if (!force && block !== null && block !== 'early') {
    io.out(`Job ${jobId} in package ${packageName} has functional constraints but --force not specified\n`);
    return -1002 & 0xff;
  }
  jobs.force(job);
  io.out(`Running job${force ? ' [FORCED]' : ''}\n`);
  return 0;
}

function jobState(jobs: Jobs, packages: Packages, io: ProgramIo, args: readonly string[]): number {
  const what = wanted(io, args);
  if (what === null) return 255;
  if (packages.get(what.packageName) === undefined) {
    io.out('unknown(pkg)\n');
    return -1000 & 0xff;
  }
  const job = jobs.find(what.packageName, what.jobId);
  const block = job === undefined ? null : jobs.block(job);
  const state = job === undefined ? 'unknown' : job.running ? 'active' : block === null ? 'ready' : 'waiting';
  io.out(`${state}\n`);
  return job === undefined ? -1001 & 0xff : 0;
}
