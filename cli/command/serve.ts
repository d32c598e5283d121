import { InvalidArgumentError, type Command } from 'commander';
import { readConfig } from '../../orchestrator/config.ts';
import { runService } from '../../orchestrator/main.ts';
import type { Service } from '../../orchestrator/service.ts';
import { parseDevices } from '../../workers/config.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import { findHome } from '../home.ts';
import type { Invocation } from '../invocation.ts';
import { judgeOf } from '../judge.ts';
import { openLog } from '../log.ts';
import { profileFolders, tellOverrides } from '../profile-folders.ts';
import { openStand } from '../service.ts';
import { serveJobs } from '../serving.ts';
import { signInLink } from '../sign-in-link.ts';
import { line } from '../terminal.ts';
import { version } from '../version.ts';

interface ServeFlags {
  readonly listen?: string;
  readonly worker?: boolean;
  readonly home?: string;
}

/** `sleeptalk serve`: the API and the pages; with `--worker` also a worker, all in one process. */
export function addServeCommand(root: Command, invocation: Invocation): void {
  root
    .command('serve')
    .description(
      'Run the service: API and pages. Settings come from the environment. Without DATABASE_URL everything is kept in ' +
        'an embedded ledger of the home, and needs no set-up.',
    )
    .option('--listen <host:port>', 'address and port (default: SLEEPTALK_LISTEN, else 127.0.0.1:8080)', address)
    .option('--worker', 'also work on jobs in this process, on the devices that SLEEPTALK_DEVICES names')
    .option('--home <dir>', 'where ledger, samples and evidence are kept')
    .action(async (flags: ServeFlags) => {
      const { terminal, signal } = invocation;
      const environment = { ...invocation.environment, ...(flags.listen ? { SLEEPTALK_LISTEN: flags.listen } : {}) };
      const startedMs = performance.now();
      const say = (words: string): void => line(terminal.err, words);
      const config = readConfig(environment);
      if (flags.worker === true) parseDevices(config.SLEEPTALK_DEVICES); // said now, not after everything was opened
      const home = findHome(environment, flags.home);
      const { log, place } = openLog(terminal, home, config.SLEEPTALK_LOG_LEVEL);
      const profiles = await loadProfiles({ extra: profileFolders(environment) });
      tellOverrides(terminal, profiles.overrides);
      await using stand = await openStand(home, {
        environment,
        signal,
        warn: (message) => log.warn(message),
        leftovers: 'resume',
        onStep: say,
      });
      const service: Service = {
        ...stand,
        judge: judgeOf(profiles),
        engineVersion: version(),
        log,
        now: () => new Date(),
      };
      // Whichever ends first, by a signal or a fault, ends the other.
      const stopping = new AbortController();
      const both = AbortSignal.any([signal, stopping.signal]);
      const running = await runService(service, { signal: both });
      say(`listening on ${running.address}`);
      const worker = flags.worker === true ? startWorker() : Promise.resolve();
      function startWorker(): Promise<void> {
        say('starting the worker');
        return serveJobs({ home, stand, profiles, environment, log, signal: both, onReady: tellReady });
      }
      function tellReady(): void {
        say(`ready after ${((performance.now() - startedMs) / 1000).toFixed(1)} s; log: ${place}`);
      }
      if (flags.worker !== true) tellReady();
      const link = await signInLink(service, home, running.address);
      if (link !== null) say(`sign in, once, within 15 minutes: ${link}`);
      try {
        await Promise.all([running.ended, worker]);
      } finally {
        stopping.abort();
        await Promise.allSettled([running.ended, worker]);
        say('stopped');
      }
    });
}

function address(text: string): string {
  if (/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(text)) return text;
  throw new InvalidArgumentError('expected HOST:PORT.');
}
