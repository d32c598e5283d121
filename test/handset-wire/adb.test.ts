import { createHash, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once, type EventEmitter } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHandsetOnAdb, until, type HandsetOnAdb } from '../support/handset-on-adb.ts';

/** The part of adbkit that is driven here; its own declarations need types that it does not ship. */
interface AdbkitDevice {
  waitBootComplete(): Promise<unknown>;
  getProperties(): Promise<Record<string, string>>;
  shell(command: string): Promise<Readable>;
  openLogcat(options: { clear: boolean }): Promise<EventEmitter & { end(): void }>;
}
const { Adb } = createRequire(import.meta.url)('@devicefarmer/adbkit') as {
  Adb: { createClient(options: object): { getDevice(serial: string): AdbkitDevice } };
};

/** Unmodified adb, its own server, and a handset at clock rate 60. */
describe('adb', () => {
  let handset: HandsetOnAdb;
  beforeAll(async () => {
    handset = await startHandsetOnAdb('-clock-rate', '60', '-timezone', 'UTC');
  });
  afterAll(() => handset[Symbol.asyncDispose]());

  const adb = (...words: readonly string[]) => handset.adb(...words);
  const adbProcess = (...words: readonly string[]) =>
    spawn('adb', ['-P', String(handset.adbPort), '-s', handset.serial, ...words], { env: handset.environment });

  it.each([
    ['exit 7', '', '', 7],
    ['echo out; echo err >&2; false', 'out\n', 'err\n', 1],
    ['nosuch', '', '/system/bin/sh: nosuch: inaccessible or not found\n', 127],
    ['getprop sys.boot_completed; getprop init.svc.bootanim', '1\nstopped\n', '', 0],
    ['getprop ro.boot.sleeptalk.simulated; getprop ro.boot.sleeptalk.clock_rate', '1\n60\n', '', 0],
  ])('shell %s', async (commandLine, out, err, status) => {
    expect(await handset.adb('shell', commandLine)).toEqual({ out, err, status });
  });

  it('shell carries standard input, and its end', async () => {
    const shell = adbProcess('shell', 'wc -c');
    shell.stdin.end(Buffer.alloc(300_000));
    expect(await text(shell.stdout)).toBe('300000\n');
  });

  it('a terminal echoes, keeps its folder and variables, and ends with its exit', async () => {
    const shell = adbProcess('shell', '-tt');
    shell.stdin.end('cd /data/local\npwd; x=5\nfoo(\necho $x; exit 4\n');
    const ended = once(shell, 'exit');
    const screen = await text(shell.stdout);
    expect(screen.split(/\r*\n/)).toEqual([
      'sim64x:/ $ cd /data/local',
      'sim64x:/data/local $ pwd; x=5',
      '/data/local',
      'sim64x:/data/local $ foo(',
      "/system/bin/sh: syntax error: unexpected '('",
      'sim64x:/data/local $ echo $x; exit 4',
      '5',
      '',
    ]);
    expect((await ended)[0]).toBe(4);
  });

  it('exec-out carries bytes as they are', async () => {
    const child = adbProcess('exec-out', 'printf "\\000\\001\\377\\r\\n"');
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([0, 1, 255, 13, 10]));
  });

  it('push and pull bring a folder there and back', async () => {
    const { directory } = handset;
    const files = ['a/one', 'a/b/two', 'a/b/empty'];
    await mkdir(path.join(directory, 'tree/a/b'), { recursive: true });
    const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    const digests = [];
    for (const [index, name] of files.entries()) {
      const bytes = randomBytes([3_000_000, 70_001, 0][index] ?? 0);
      digests.push(sha256(bytes));
      await writeFile(path.join(directory, 'tree', name), bytes);
    }
    expect((await adb('push', path.join(directory, 'tree'), '/data/local/tmp/')).status).toBe(0);
    const remote = await adb('shell', `cd /data/local/tmp/tree && sha256sum ${files.join(' ')} | cut -d' ' -f1`);
    expect(remote.out.trim().split('\n')).toEqual(digests);
    expect((await adb('pull', '/data/local/tmp/tree', path.join(directory, 'back'))).status).toBe(0);
    for (const [index, name] of files.entries()) {
      expect(sha256(await readFile(path.join(directory, 'back', name)))).toBe(digests[index]);
    }
  });

  it('push and pull refuse with the reason', async () => {
    const { directory } = handset;
    await writeFile(path.join(directory, 'x'), 'x');
    const push = await adb('push', path.join(directory, 'x'), '/system/etc/x');
    expect(push).toMatchObject({ status: 1 });
    expect(push.out + push.err).toContain("couldn't create file: Read-only file system");
    const pull = await adb('pull', '/nope', directory);
    expect(pull).toMatchObject({ status: 1 });
    expect(pull.out + pull.err).toContain('No such file or directory');
  });

  it('reverse leads from the handset to the host, forward from the host into the handset', async () => {
    const echo = net.createServer((socket) =>
      socket.on('data', (chunk) => socket.end(`host heard ${chunk.toString()}`)),
    );
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as net.AddressInfo;
    expect(await adb('reverse', 'tcp:8080', `tcp:${port}`)).toMatchObject({ status: 0 });
    expect((await adb('reverse', '--list')).out).toContain(`tcp:8080 tcp:${port}`);

    // In, through adbd's tcp: service, to the handset's port 8080, and out again by the reverse.
    const forwarded = Number((await adb('forward', 'tcp:0', 'tcp:8080')).out.trim());
    const client = net.connect(forwarded, '127.0.0.1');
    client.write('hello');
    expect(await text(client)).toBe('host heard hello');

    expect((await adb('reverse', '--remove', 'tcp:8080')).status).toBe(0);
    expect(await adb('reverse', '--remove', 'tcp:8080')).toMatchObject({ status: 1 });
    const refused = net.connect(forwarded, '127.0.0.1');
    expect(await text(refused)).toBe('');
    await adb('forward', '--remove', `tcp:${forwarded}`);
    await new Promise<void>((resolve) => echo.close(() => resolve()));
  });

  it('logcat shows what is there, and follows', async () => {
    await handset.adb('shell', 'log -t Before first');
    expect((await handset.adb('logcat', '-d', '-v', 'brief', '-s', 'Before')).out).toMatch(
      /I\/Before {2}\( *\d+\): first/,
    );
    const following = adbProcess('logcat', '-v', 'raw', '-T', '1', '-s', 'After');
    let heard = '';
    following.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    await handset.adb('shell', 'log -t After second');
    await until(async () => heard.includes('second'));
    following.kill();
    await once(following, 'exit');
    await until(async () => !(await handset.adb('shell', 'ps -A -o NAME')).out.includes('logcat'));
  });

  it('root restarts adbd as root, once, and unroot takes it back', async () => {
    const isUser = async (uid: string): Promise<boolean> => (await adb('shell', 'id -u')).out.trim() === uid;
    expect(await adb('root')).toMatchObject({ out: 'restarting adbd as root\n' });
    await until(() => isUser('0'));
    expect(await adb('root')).toMatchObject({ out: 'adbd is already running as root\n' });
    expect(await adb('unroot')).toMatchObject({ out: 'restarting adbd as non root\n' });
    await until(() => isUser('2000'));
  });

  it('the shell lives in device time', async () => {
    const startMs = performance.now();
    const { out } = await handset.adb('shell', 'date +%s; sleep 60; date +%s');
    const [before, after] = out.trim().split('\n').map(Number);
    expect((after ?? 0) - (before ?? 0)).toBeGreaterThanOrEqual(60);
    expect(performance.now() - startMs).toBeLessThan(30_000);
  });

  it('what runs behind a lost client ends; what let go of its outputs stays', async () => {
    const following = adbProcess('shell', 'sleep 777777');
    const sleeps = async (): Promise<string> => (await adb('shell', 'ps -A -o NAME')).out;
    await until(async () => (await sleeps()).includes('sleep'));
    following.kill();
    await until(async () => !(await sleeps()).includes('sleep'));
    await adb('shell', 'sleep 600000 >/dev/null 2>&1 </dev/null & echo $! > /data/local/tmp/pid');
    expect(await sleeps()).toContain('sleep');
    expect((await adb('shell', 'kill $(cat /data/local/tmp/pid)')).status).toBe(0);
    await until(async () => !(await sleeps()).includes('sleep'));
  });

  it('a client that speaks nonsense is cut off, and the handset serves on', async () => {
    const port = Number(handset.serial.replace('emulator-', '')) + 1;
    const client = net.connect(port, '127.0.0.1');
    client.end('GET / HTTP/1.1\r\nHost: handset\r\n\r\n');
    expect(await text(client)).toBe('');
    expect((await handset.adb('shell', 'echo alive')).out).toBe('alive\n');
  });

  it('a reboot ends what ran, drops what was mounted, and comes back', async () => {
    await adb('root');
    await until(async () => (await adb('shell', 'id -u')).out.trim() === '0');
    await adb('shell', 'mount -t tmpfs tmpfs /data/anr && touch /data/anr/gone && touch /data/stays');
    await adb('reboot');
    await until(async () => (await adb('shell', 'getprop sys.boot_completed; id -u')).out === '1\n2000\n');
    expect((await adb('shell', 'su 0 ls /data/anr; su 0 ls -d /data/stays')).out).toBe('/data/stays\n');
  });

  it('adbkit reads it too: shell, boot, properties, binary log', async () => {
    const client = Adb.createClient({ host: '127.0.0.1', port: handset.adbPort }).getDevice(handset.serial);
    await client.waitBootComplete();
    expect((await client.getProperties())['ro.hardware']).toBe('ranchu');
    expect(await text(await client.shell('echo hello'))).toBe('hello\n');
    const log = await client.openLogcat({ clear: true });
    const entry = new Promise<{ tag: string; message: string }>((resolve) => {
      log.on('entry', (one: { tag: string; message: string }) => {
        if (one.tag === 'Kit') resolve(one);
      });
    });
    await handset.adb('shell', 'log -t Kit read');
    expect(await entry).toMatchObject({ tag: 'Kit', message: 'read' });
    log.end();
  });
});
