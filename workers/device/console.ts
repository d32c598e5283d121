import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Asks an emulator to end, by its console (https://developer.android.com/studio/run/emulator-console). Gives whether
 * the console took the command; where it did not, signals must do it.
 */
export async function killByConsole(port: number, token: string | null = null): Promise<boolean> {
  const secret = token ?? (await readToken());
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 3000 });
    let heard = '';
    let stage: 'greeting' | 'asked' = 'greeting';
    const finish = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard = (heard + text).slice(-4096);
      if (stage === 'greeting' && /^(OK|KO)\b/m.test(heard)) {
        stage = 'asked';
        heard = '';
        socket.write(secret === null ? 'kill\r\n' : `auth ${secret}\r\nkill\r\n`);
      }
    });
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(stage === 'asked')); // reset by the end that was asked for, or nobody there
    socket.once('close', () => finish(stage === 'asked' && !/KO:[^\n]*\n?$/.test(heard.trimEnd())));
  });
}

async function readToken(): Promise<string | null> {
  const file = join(homedir(), '.emulator_console_auth_token');
  const text = await readFile(file, 'utf8').catch(() => ''); // absent: the console asks for none
  return text.trim() === '' ? null : text.trim();
}
