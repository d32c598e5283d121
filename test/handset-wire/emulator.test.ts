import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const EMULATOR = path.join(import.meta.dirname, '../../workers/handset/sdk/emulator/emulator');
/** Nobody listens there, so the handset registers with nobody (port 1 is tcpmux, which no one runs). */
const NO_ADB_SERVER = ['-adb-server-port', '1'];

describe('the emulator executable', () => {
  let home = '';
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'sleeptalk-emulator-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0))
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  function start(...argv: readonly string[]) {
    const child = spawn(EMULATOR, [...argv, ...NO_ADB_SERVER], { env: { ...process.env, HOME: home }, stdio: 'pipe' });
    children.push(child);
    const exit = once(child, 'exit').then(([status]) => status as number | null);
    const ready = new Promise<{ consolePort: number; adbPort: number; serial: string; apiLevel: number }>(
      (resolve, reject) => {
        createInterface(child.stdout).once('line', (line) => {
          resolve(JSON.parse(line) as Awaited<typeof ready>);
        });
        exit.then(() => reject(new Error('ended before it was ready')), reject);
      },
    );
    ready.catch(() => undefined); // Tests that expect an early end look at the exit status.
    return { child, ready, exit, errors: text(child.stderr) };
  }

  it('says on one line what it is, and ends on SIGTERM', async () => {
    const { child, ready, exit, errors } = start('-avd', 'one', '-port', '0', '-api-level', '29', '-seed', '5');
    const line = await ready;
    expect(line).toMatchObject({ ready: true, simulated: true, apiLevel: 29, seed: 5, adbPort: line.consolePort + 1 });
    expect(line.consolePort < 5554 || line.consolePort > 5585).toBe(true);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(await errors).toContain(`Simulated handset: one, API 29, emulator-${line.consolePort}`);
  });

  it('ends with its standard input, where it was told to', async () => {
    const { child, ready, exit } = start('-port', '0', '-exit-with-stdin');
    await ready;
    child.stdin?.end();
    expect(await exit).toBe(0);
  });

  it('names a port that is taken, and ends with status 1', async () => {
    const first = start('-port', '0');
    const { consolePort } = await first.ready;
    const second = start('-port', String(consolePort));
    expect(await second.exit).toBe(1);
    expect(await second.errors).toBe(`emulator: ERROR: port ${consolePort} is in use\n`);
  });

  it('refuses an option that no emulator knows', async () => {
    const { exit, errors } = start('-nonsense');
    expect(await exit).toBe(1);
    expect(await errors).toContain('unknown option: -nonsense');
  });

  it('its console asks for the token of the home folder, answers, and kills', async () => {
    const { ready, exit } = start('-avd', 'tele', '-port', '0');
    const { consolePort } = await ready;
    const token = await readFile(path.join(home, '.emulator_console_auth_token'), 'utf8');
    const socket = net.connect(consolePort, '127.0.0.1');
    const lines: AsyncIterator<string, undefined> = createInterface(socket)[Symbol.asyncIterator]();
    const until = async (end: RegExp): Promise<string> => {
      for (;;) {
        const next = await lines.next();
        if (next.done === true) return '';
        if (end.test(next.value)) return next.value;
      }
    };
    const ask = async (command: string): Promise<string> => {
      socket.write(`${command}\n`);
      return until(/^(OK|KO)/);
    };
    await until(/^OK/);
    expect(await ask('geo fix 1 2')).toBe("KO: unknown command, try 'help'");
    expect(await ask('auth wrong')).toBe('KO: authentication token does not match ~/.emulator_console_auth_token');
    expect(await ask(`auth ${token}`)).toBe('OK');
    socket.write('avd name\n');
    expect(await until(/./)).toBe('tele');
    await until(/^OK/);
    expect(await ask('geo fix 1 2')).toBe('OK');
    expect(await ask('geo fix here')).toMatch(/^KO: usage/);
    expect(await ask('nonsense')).toBe("KO: unknown command, try 'help'");
    expect(await ask('kill')).toBe('OK: killing emulator, bye bye');
    expect(await exit).toBe(0);
  });
});
