import { longComponent, parseComponent } from '../android/component.ts';
import type { AndroidState } from '../android/state.ts';
import { startUiServer } from '../ui/server.ts';
import type { View } from '../ui/view.ts';
import type { ProgramIo } from '../system.ts';

const UI_SERVER_PACKAGE = 'io.appium.uiautomator2.server';
const UI_SERVER_PORT = 6790;

/**
 * `am instrument [-w] [-r] [-e NAME VALUE]… COMPONENT`. The one instrumentation that this handset can run is the
 * UiAutomator2 server, which it stands in for itself; test code of others cannot be executed and so crashes.
 */
export async function amInstrument(io: ProgramIo, state: AndroidState, view: View): Promise<number> {
  const { target, wait } = readArguments(io.argv.slice(2));
  const component = parseComponent(target ?? '');
  if (!component) {
    io.err(`Error: Bad component name: ${target ?? ''}\n`);
    return 1;
  }
  const record = state.packages.get(component.packageName);
  const found = record?.facts.instrumentations.find((one) => one.name === component.className);
  const tested = found && state.packages.get(found.targetPackage);
  if (!record || !found || !tested) {
    io.out(
      `INSTRUMENTATION_STATUS: id=ActivityManagerService\nINSTRUMENTATION_STATUS: Error=Unable to find instrumentation info for: ComponentInfo{${longComponent(component)}}\nINSTRUMENTATION_STATUS_CODE: -1\n`,
    );
    io.err(`android.util.AndroidException: INSTRUMENTATION_FAILED: ${target ?? ''}\n`);
    return 1;
  }
  state.processes.killPackage(found.targetPackage, `start instr`);
  if (found.targetPackage !== UI_SERVER_PACKAGE) {
    io.out('INSTRUMENTATION_RESULT: shortMsg=Process crashed.\nINSTRUMENTATION_CODE: 0\n');
    return 0;
  }
  const process = state.processes.ensure(UI_SERVER_PACKAGE, 'activity', longComponent(component));
  const release = state.processes.hold(UI_SERVER_PACKAGE, 'instrumentation');
  const ended = new AbortController();
  const onDeath = (dead: { pid: number }): void => {
    if (dead.pid === process.pid) ended.abort();
  };
  state.parts.bus.on('process-died', onDeath);
  const close = startUiServer(
    state.parts.listeners,
    UI_SERVER_PORT,
    { state, view },
    { stop: () => state.processes.died(process.pid, 'instrumentation finished') },
  );
  const finish = (): void => {
    state.parts.bus.off('process-died', onDeath);
    close();
    release();
  };
  if (!wait) {
    ended.signal.addEventListener('abort', finish, { once: true });
    return 0;
  }
  io.out(STARTED);
  await new Promise<void>((resolve) => {
    const done = (): void => resolve();
    if (ended.signal.aborted || io.signal.aborted) done();
    ended.signal.addEventListener('abort', done, { once: true });
    io.signal.addEventListener('abort', done, { once: true });
  });
  finish();
  // The client went away: the instrumentation dies with the `am` that waits for it.
  if (io.signal.aborted) state.processes.kill(process.pid, 'finished inst');
  io.out('INSTRUMENTATION_RESULT: shortMsg=Process crashed.\nINSTRUMENTATION_CODE: 0\n');
  return 0;
}

const STARTED = [
  'INSTRUMENTATION_STATUS: class=io.appium.uiautomator2.server.test.AppiumUiAutomator2Server',
  'INSTRUMENTATION_STATUS: current=1',
  'INSTRUMENTATION_STATUS: id=AndroidJUnitRunner',
  'INSTRUMENTATION_STATUS: numtests=1',
  'INSTRUMENTATION_STATUS: stream=',
  'io.appium.uiautomator2.server.test.AppiumUiAutomator2Server:',
  'INSTRUMENTATION_STATUS: test=startServer',
  'INSTRUMENTATION_STATUS_CODE: 1',
  '',
].join('\n');

function readArguments(args: readonly string[]): { target: string | undefined; wait: boolean } {
  let wait = false;
  let target: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '-w') wait = true;
    else if (word === '-e') at += 2;
    else if (word === '-p' || word === '--user' || word === '--abi') at += 1;
    else if (!word.startsWith('-')) target = word;
  }
  return { target, wait };
}
