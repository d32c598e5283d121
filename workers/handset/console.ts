import { lookUp } from '../../orchestrator/contract/look-up.ts';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type net from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { consoleCommands } from './console-commands.ts';
import type { Options } from './options.ts';
import type { BoundParts } from './parts.ts';
import type { ConsoleCommand } from './system.ts';

/** The emulator console: lines of text on the even port. */
export interface EmulatorConsole extends AsyncDisposable {
  /** Resolves when a client said `kill`. */
  readonly killed: Promise<void>;
}

const TOKEN_FILE = '.emulator_console_auth_token';
const MOST_LINE_CHARS = 8192;
/** What may be asked before `auth` (android-console-auth, "help"). */
const UNAUTHENTICATED = new Set(['help', 'help-verbose', 'ping', 'auth', 'avd', 'quit', 'exit']);

/** Serves the console on a server that listens already. An empty token file means that nobody need authenticate. */
export async function openConsole(server: net.Server, parts: BoundParts, options: Options): Promise<EmulatorConsole> {
  const tokenPath = path.join(process.env['HOME'] ?? homedir(), TOKEN_FILE);
  const token = readToken(tokenPath);
  const sockets = new Set<net.Socket>();
  let kill = (): void => undefined;
  const killed = new Promise<void>((resolve) => {
    kill = resolve;
  });
  const commands: Readonly<Record<string, ConsoleCommand>> = { ...parts.console, ...consoleCommands(parts, options) };

  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy()); // A client that breaks off needs no answer.
    serve(socket, { token, tokenPath, commands, kill });
  });

  return {
    killed,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}

interface Talk {
  readonly token: string;
  readonly tokenPath: string;
  readonly commands: Readonly<Record<string, ConsoleCommand>>;
  readonly kill: () => void;
}

function serve(socket: net.Socket, talk: Talk): void {
  let authenticated = talk.token === '';
  let pending = '';
  let working = Promise.resolve();
  const say = (text: string): void => void socket.write(text.replaceAll('\n', '\r\n'));
  if (authenticated) say("Android Console: type 'help' for a list of commands\nOK\n");
  else {
    say("Android Console: Authentication required\nAndroid Console: type 'auth <auth_token>' to authenticate\n");
    say(`Android Console: you can find your <auth_token> in \n'${talk.tokenPath}'\nOK\n`);
  }

  const handle = async (line: string): Promise<void> => {
    const [name = '', ...args] = line.trim().split(/\s+/);
    if (name === '') return;
    if (name === 'quit' || name === 'exit') socket.end();
    else if (name === 'auth') {
      if (args[0] !== talk.token) {
        say('KO: authentication token does not match ~/.emulator_console_auth_token\n');
        return;
      }
      authenticated = true;
      say("Android Console: type 'help' for a list of commands\nOK\n");
    } else if (!authenticated && !UNAUTHENTICATED.has(name)) say("KO: unknown command, try 'help'\n");
    else if (name === 'kill') {
      say('OK: killing emulator, bye bye\n');
      socket.end(talk.kill);
    } else if (name === 'help' || name === 'help-verbose') say(help(talk, authenticated));
    else await answer(name, args);
  };
  const answer = async (name: string, args: readonly string[]): Promise<void> => {
    const command = lookUp(talk.commands, name);
    if (command === undefined) {
      say("KO: unknown command, try 'help'\n");
      return;
    }
    try {
      const text = await command(args);
      say(`${text === '' || text.endsWith('\n') ? text : `${text}\n`}OK\n`);
    } catch (error) {
      say(`KO: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  };

  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('utf8');
    if (pending.length > MOST_LINE_CHARS) socket.destroy();
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) working = working.then(() => handle(line));
  });
}

function help({ commands }: Talk, authenticated: boolean): string {
  const names = authenticated
    ? ['help', 'ping', 'auth', 'kill', 'quit', ...Object.keys(commands)]
    : [...UNAUTHENTICATED];
  const unique = [...new Set(names)].sort();
  return `Android console commands:\n\n${unique.map((name) => `    ${name}\n`).join('')}\ntry 'help <command>' for command-specific help\nOK\n`;
}

/** The token of the person's home, made if it is not there, as the emulator does. */
function readToken(tokenPath: string): string {
  if (!existsSync(tokenPath)) {
    const token = randomBytes(12).toString('base64').replace(/[+/]/g, 'x');
    writeFileSync(tokenPath, token, { mode: 0o600 });
    return token;
  }
  return readFileSync(tokenPath, 'utf8').trim();
}
