import { FileError } from '../files/file-error.ts';
import type { OwnedTree } from '../files/tree.ts';
import type { Pipe } from '../shell/pipe.ts';
import type { Service } from './connection.ts';
import { fail, header } from './sync-frame.ts';
import { receiveFile } from './sync-send.ts';
import { direntV1, direntV2, emptyDirent, statV1, statV2, statV2Error } from './sync-stat.ts';

const MOST_PATH_BYTES = 1024;

const CHUNK_BYTES = 64 * 1024;

/** `sync:`: file transfer and stat (AOSP packages/modules/adb, SYNC.TXT and file_sync_protocol.h). */
export function syncService(files: OwnedTree, nowMs: () => number): Service {
  return async ({ input, output }) => {
    for (;;) {
      const head = await input.readExactly(8);
      if (head === null) return;
      const id = head.toString('latin1', 0, 4);
      const length = head.readUInt32LE(4);
      if (id === 'QUIT') return;
      if (length > MOST_PATH_BYTES) {
        output.write(fail('path too long'));
        return;
      }
      const path = (await input.readExactly(length))?.toString('utf8');
      if (path === undefined) return;
      if (!(await answer(id, path, files, input, output, nowMs))) return;
    }
  };
}

/** Serves one request; false where the stream must end. */
async function answer(
  id: string,
  path: string,
  files: OwnedTree,
  input: Pipe,
  output: Pipe,
  nowMs: () => number,
): Promise<boolean> {
  switch (id) {
    case 'STAT':
      output.write(statV1(lstat(files, path)));
      return true;
    case 'LST2':
    case 'STA2':
      output.write(statAnswer(id, files, path));
      return true;
    case 'LIST':
    case 'LIS2':
      for (const entry of listing(files, path)) {
        output.write(id === 'LIST' ? direntV1(entry) : direntV2(entry));
        await output.drained();
      }
      output.write(emptyDirent(id === 'LIST' ? 1 : 2));
      return true;
    case 'RECV':
      await sendFile(files, path, output);
      return true;
    case 'SEND':
      return receiveFile(files, path, input, output, nowMs);
    default:
      output.write(fail(`unknown command ${id.replace(/[^\x20-\x7e]/g, '?')}`));
      return false;
  }
}

function lstat(files: OwnedTree, path: string) {
  try {
    const stat = files.linkStat(path);
    return stat === undefined ? null : { ...stat, inode: files.inode(path) };
  } catch {
    return null; // v1 has no way to say why: all zeros mean that there is nothing to see.
  }
}

function statAnswer(id: 'STA2' | 'LST2', files: OwnedTree, path: string): Buffer {
  try {
    const stat = id === 'LST2' ? files.linkStat(path) : files.stat(path);
    if (stat === undefined) throw new FileError('ENOENT', path);
    return statV2(id, { ...stat, inode: files.inode(path) });
  } catch (error) {
    return statV2Error(id, error instanceof FileError ? error.number : 5);
  }
}

function listing(files: OwnedTree, path: string) {
  try {
    return files.list(path).flatMap((name) => {
      const stat = lstat(files, `${path}/${name}`);
      return stat === null ? [] : [{ ...stat, name }];
    });
  } catch {
    return []; // A folder that cannot be opened lists as empty (do_list in file_sync_service.cpp).
  }
}

async function sendFile(files: OwnedTree, path: string, output: Pipe): Promise<void> {
  let content: Buffer;
  try {
    content = files.read(path);
  } catch (error) {
    output.write(fail(`open failed: ${error instanceof Error ? error.message : 'I/O error'}`));
    return;
  }
  for (let offset = 0; offset < content.length; offset += CHUNK_BYTES) {
    const chunk = content.subarray(offset, offset + CHUNK_BYTES);
    output.write(header('DATA', chunk.length));
    output.write(chunk);
    await output.drained();
  }
  output.write(header('DONE', 0));
}
