import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shellUnderTest } from './shell-under-test.ts';

const LINES = 'printf "b 2\\na 1\\nb 2\\nc 10\\n"';

/** Command line, what it prints, exit status (0 where it is not given). */
const PRINTS: readonly (readonly [string, string, number?])[] = [
  [`${LINES} | head -n 2`, 'b 2\na 1\n'],
  [`${LINES} | tail -1`, 'c 10\n'],
  [`${LINES} | tail -n +3`, 'b 2\nc 10\n'],
  [`${LINES} | wc -l`, '4\n'],
  [`${LINES} | sort -u`, 'a 1\nb 2\nc 10\n'],
  [`${LINES} | sort -k2 -n -r | head -1`, 'c 10\n'],
  [`${LINES} | sort | uniq -c`, '      1 a 1\n      2 b 2\n      1 c 10\n'],
  [`${LINES} | cut -d' ' -f2`, '2\n1\n2\n10\n'],
  ['echo abcdef | cut -c2-4', 'bcd\n'],
  ['echo hello | tr a-y b-z', 'ifmmp\n'],
  ['echo "a  b" | tr -s " "', 'a b\n'],
  ['echo a1b2 | tr -d 0-9', 'ab\n'],
  ['seq 3', '1\n2\n3\n'],
  ['seq 1 2 5 | xargs', '1 3 5\n'],
  ['printf "a b" | xargs -n1 echo x', 'x a\nx b\n'],
  ['printf "a\\nb c\\n" | xargs -I{} echo "<{}>"', '<a>\n<b c>\n'],
  ['basename /a/b.txt .txt; dirname /a/b.txt; dirname a', 'b\n/a\n.\n'],
  [`${LINES} | grep -c b`, '2\n'],
  [`${LINES} | grep -v b | grep -q a && echo found`, 'found\n'],
  [`${LINES} | grep -E '^(a|c) [0-9]+$'`, 'a 1\nc 10\n'],
  ['echo "key=val" | grep -o "=.*"', '=val\n'],
  ['echo "a.b" | grep -F "a.b"; echo axb | grep -F a.b', 'a.b\n', 1],
  ['echo ABC | grep -i "b\\(c\\)"', 'ABC\n'],
  ['grep localhost /system/etc/hosts | head -1 | grep -n 127', '1:127.0.0.1       localhost\n'],
  ['grep -q x /nope 2>/dev/null; echo $?', '2\n'],
  ['echo "a/b/c" | sed "s/\\//-/g"', 'a-b-c\n'],
  ['echo aaa | sed "s/a/b/2"; echo aaa | sed "s|a|b|2g"', 'aba\nabb\n'],
  ['echo "x=1" | sed -E "s/(.*)=(.*)/\\2=\\1/"', '1=x\n'],
  ['echo "x=1" | sed "s/\\(.*\\)=\\(.*\\)/[&] \\2/"', '[x=1] 1\n'],
  [`${LINES} | sed -n '2p;$p'`, 'a 1\nc 10\n'],
  [`${LINES} | sed '/^b/d'`, 'a 1\nc 10\n'],
  [`${LINES} | sed '2,3d'`, 'b 2\nc 10\n'],
  [`${LINES} | sed -e 's/b/B/' -e '2q'`, 'B 2\na 1\n'],
  ['echo hello | md5sum | cut -c1-8', 'b1946ac9\n'],
  ['printf hi | base64; echo aGk= | base64 -d', 'aGk=\nhi'],
  ['printf "\\001AB" | xxd -p; printf AB | od -An -tx1', '014142\n 41 42\n'],
  ['uname -s; uname -m', 'Linux\nx86_64\n'],
  ['whoami; id -u; su 0 id -u; su 10123 whoami', 'shell\n2000\n0\nu0_a123\n'],
  ['which ls nothing', '/system/bin/ls\n', 1],
  ['getenforce', 'Enforcing\n'],
  ['getprop ro.build.version.sdk; getprop no.such.name; getprop no.such.name fallback', '34\n\nfallback\n'],
  ['setprop debug.x 1; getprop debug.x', '1\n'],
  ['setprop ro.debuggable 0 2>&1', "Failed to set property 'ro.debuggable' to '0'.\nSee dmesg for error reason.\n", 1],
  ['date -u +%Y-%m-%dT%H:%M:%S', '2026-01-05T08:00:00\n'],
  ['date +%s%N', '1767600000000000000\n'],
  ['TZ=Asia/Kolkata date +"%H:%M %z"', '13:30 +0530\n'],
  ['cat /proc/uptime 2>&1 | head -1', 'cat: /proc/uptime: No such file or directory\n'],
  ['readlink /sdcard; realpath /sdcard', '/storage/self/primary\n/storage/emulated/0\n'],
  ['stat -c "%a %U %C" /data/local/tmp', '771 shell u:object_r:shell_data_file:s0\n'],
  ['ls -ld /data/local/tmp', 'drwxrwx--x 2 shell  shell  4096 2026-01-05 08:00 /data/local/tmp\n'],
  ['find /system/etc -maxdepth 1 -type d', '/system/etc\n/system/etc/permissions\n/system/etc/security\n'],
  ['find /system -name "*.0" | wc -l', '8\n'],
  ['find /system/etc -name hosts -exec basename {} \\;', 'hosts\n'],
  ['printf "%05d|%-4s|%x|%%\\n" 42 ab 255', '00042|ab  |ff|%\n'],
  ['env -i A=1 env', 'A=1\n'],
  ['echo a | tee /data/local/tmp/t; cat /data/local/tmp/t; rm /data/local/tmp/t', 'a\na\n'],
];

describe('the programs of the handset', () => {
  const shell = shellUnderTest();

  it.each(PRINTS.map(([line, out, status = 0]) => ({ line, out, status })))('$line', async ({ line, out, status }) => {
    expect(await shell.run(line)).toEqual({ out, err: '', status });
  });

  it('an unknown option is named as toybox names it', async () => {
    expect(await shell.run('ls --nonsense')).toEqual({
      out: '',
      err: 'ls: Unknown option \'--nonsense\' (see "ls --help")\n',
      status: 1,
    });
  });

  it('digests agree with those of the host', async () => {
    const text = 'x'.repeat(100_000);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(await shell.run('sha256sum', { stdin: text })).toMatchObject({ out: `${sha256}  -\n` });
  });

  it('copies, moves and removes trees', async () => {
    const answer = await shell.run(
      'cd /data/local/tmp; mkdir -p a/b; echo 1 > a/b/f; cp -r a c; mv c/b d; find . | sort; rm -r a c d; ls',
    );
    expect(answer).toEqual({ out: '.\n./a\n./a/b\n./a/b/f\n./c\n./d\n./d/f\n', err: '', status: 0 });
  });

  it('sleeps in device time and no host time', async () => {
    const sleeping = shell.run('date +%s; sleep 90m; date +%s');
    await shell.clock.awaited();
    await shell.clock.advance(90 * 60_000);
    const [before, after] = (await sleeping).out.trim().split('\n').map(Number);
    expect((after ?? 0) - (before ?? 0)).toBe(5400);
  });

  it('only root sets the clock', async () => {
    const own = shellUnderTest();
    const refused = await own.run('date 010203042027.05');
    expect(refused).toMatchObject({ err: 'date: cannot set date: Operation not permitted\n', status: 1 });
    await own.run('date 010203042027.05', { uid: 0 });
    expect(new Date(own.clock.nowMs()).toISOString()).toBe('2027-01-02T03:04:05.000Z');
  });

  it('only root enters the mount namespace of another process', async () => {
    const command = 'nsenter --mount=/proc/700/ns/mnt -- ls /apex/com.android.conscrypt/cacerts | wc -l';
    shell.files.serve('/proc/700/ns/mnt', () => '');
    expect((await shell.run(command)).err).toBe('nsenter: /proc/700/ns/mnt: Permission denied\n');
    expect(await shell.run(command, { uid: 0 })).toEqual({ out: '8\n', err: '', status: 0 });
    const gone = await shell.run('nsenter --mount=/proc/999/ns/mnt -- true', { uid: 0 });
    expect(gone.err).toBe('nsenter: /proc/999/ns/mnt: No such file or directory\n');
  });
});
