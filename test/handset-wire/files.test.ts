import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../workers/handset/files/file-error.ts';
import { layOut, sealSystem } from '../../workers/handset/files/layout.ts';
import { openTree } from '../../workers/handset/files/tree.ts';
import { shellUnderTest } from './shell-under-test.ts';

const SHELL = 2000;
const APP = 10_123;

function tree(mostBytes?: number) {
  const files = openTree(() => 0, mostBytes);
  layOut(files, { apiLevel: 34, nowMs: 0 });
  sealSystem(files, false);
  return files;
}

describe('the files of the handset', () => {
  it.each([
    ['the shell writes to its own folder', SHELL, '/data/local/tmp/x', null],
    ['the shell writes to shared storage', SHELL, '/sdcard/Download/x', null],
    ['the shell may not write to the data of apps', SHELL, '/data/data/x', 'EACCES'],
    ['nobody writes to the system image', 0, '/system/etc/x', 'EROFS'],
    ['an app may not write to the folder of the shell', APP, '/data/local/tmp/x', 'EACCES'],
    ['root writes to the data of apps', 0, '/data/data/x', null],
    ['a folder that is not there takes no file', 0, '/data/none/x', 'ENOENT'],
    ['a file is no folder', 0, '/system/etc/hosts/x', 'ENOTDIR'],
  ] as const)('%s', (_, uid, path, errno) => {
    const files = tree().asUser(uid);
    const write = (): void => files.write(path, 'x');
    if (errno === null) expect(write).not.toThrow();
    else expect(write).toThrow(expect.objectContaining({ errno }) as Error);
  });

  it('a full handset says so, and has room again after a removal', () => {
    const files = tree(100_000);
    expect(() => files.write('/data/big', Buffer.alloc(200_000))).toThrow('No space left on device');
    files.write('/data/a', Buffer.alloc(60_000));
    expect(() => files.write('/data/b', Buffer.alloc(60_000))).toThrow('No space left on device');
    files.remove('/data/a');
    files.write('/data/b', Buffer.alloc(60_000));
    expect(files.stat('/data/b')?.sizeBytes).toBe(60_000);
  });

  it('a loop of symbolic links ends in an error', () => {
    const files = tree();
    files.symlink('/data/b', '/data/a');
    files.symlink('/data/a', '/data/b');
    expect(() => files.read('/data/a')).toThrow(FileError);
  });

  it('.. leaves a linked folder by its real parent', () => {
    const files = tree();
    files.makeDirectory('/data/deep/er', { parents: true });
    files.write('/data/deep/here', 'x');
    files.symlink('/data/deep/er', '/data/link');
    expect(files.read('/data/link/../here').toString()).toBe('x');
  });

  it('a folder cannot be moved into itself', () => {
    const files = tree();
    files.makeDirectory('/data/a/b', { parents: true });
    expect(() => files.rename('/data/a', '/data/a/b/c')).toThrow('Invalid argument');
  });

  it('keeps count of room whatever is done to it', () => {
    const step = fc.record({
      verb: fc.constantFrom('write', 'append', 'remove', 'rename'),
      name: fc.constantFrom('a', 'b', 'c'),
      other: fc.constantFrom('a', 'b', 'c'),
      bytes: fc.nat(5000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const files = tree();
        const before = files.leftBytes();
        for (const { verb, name, other, bytes } of steps) {
          const path = `/data/local/tmp/${name}`;
          if (verb === 'write') files.write(path, Buffer.alloc(bytes));
          else if (verb === 'append') files.append(path, Buffer.alloc(bytes));
          else if (files.stat(path) !== undefined) {
            if (verb === 'remove') files.remove(path);
            else files.rename(path, `/data/local/tmp/${other}`);
          }
        }
        const held = files
          .list('/data/local/tmp')
          .reduce((sum, name) => sum + files.read(`/data/local/tmp/${name}`).length, 0);
        expect(before - files.leftBytes()).toBe(held);
      }),
    );
  });
});

describe('mounts', () => {
  const ANCHORS = '/system/etc/security/cacerts';
  const APEX = '/apex/com.android.conscrypt/cacerts';

  it('the certificate method of HTTP Toolkit reaches each namespace only where it was bound', async () => {
    const { files, run } = shellUnderTest();
    for (const pid of [700, 701]) {
      files.serve(`/proc/${pid}/ns/mnt`, () => '');
      files.cloneNamespace(1, pid);
    }
    const steps = `mkdir -m 700 /data/local/tmp/ca && cp ${APEX}/* /data/local/tmp/ca/ &&
      mount -t tmpfs tmpfs ${ANCHORS} && mv /data/local/tmp/ca/* ${ANCHORS}/ && echo ours > ${ANCHORS}/0badcafe.0 &&
      chown root:root ${ANCHORS}/* && chmod 644 ${ANCHORS}/* && chcon u:object_r:system_file:s0 ${ANCHORS}/* &&
      mount --bind ${ANCHORS} ${APEX} && nsenter --mount=/proc/700/ns/mnt -- /bin/mount --bind ${ANCHORS} ${APEX}`;
    expect(await run(steps, { uid: 0 })).toEqual({ out: '', err: '', status: 0 });
    const sees = (pid: number): (string | undefined)[] =>
      [ANCHORS, APEX].map((folder) => files.within(pid).stat(`${folder}/0badcafe.0`)?.selinux);
    const label = 'u:object_r:system_file:s0';
    expect(sees(1)).toEqual([label, label]);
    expect(sees(700)).toEqual([label, label]);
    // /apex is private to each namespace; what is mounted below /system is seen by all.
    expect(sees(701)).toEqual([label, undefined]);

    expect(await run(`umount ${APEX}; umount ${ANCHORS}; ls ${ANCHORS} | wc -l`, { uid: 0 })).toMatchObject({
      out: '8\n',
    });
    expect(sees(1)).toEqual([undefined, undefined]);
    expect((await run(`umount ${ANCHORS}`, { uid: 0 })).status).toBe(1);
  });

  it('below Android 14 there is no conscrypt folder to bind over', async () => {
    const { run } = shellUnderTest({ apiLevel: 33 });
    expect(await run(`ls -d ${APEX}`)).toMatchObject({ status: 1 });
    expect(await run(`ls ${ANCHORS} | wc -l`)).toMatchObject({ out: '8\n' });
  });

  it('only root mounts, and a busy mount point is not removed', async () => {
    const { run } = shellUnderTest();
    expect(await run(`mount -t tmpfs tmpfs ${ANCHORS}`)).toEqual({
      out: '',
      err: `mount: 'tmpfs'->'${ANCHORS}': Permission denied\n`,
      status: 1,
    });
    const busy = await run('mkdir /data/m; mount -t tmpfs tmpfs /data/m; rmdir /data/m', { uid: 0 });
    expect(busy).toMatchObject({ err: 'rmdir: /data/m: Device or resource busy\n', status: 1 });
  });
});
