import { FileError } from '../files/file-error.ts';
import type { OwnedTree } from '../files/tree.ts';
import type { Pipe } from '../shell/pipe.ts';
import { fail, header } from './sync-frame.ts';

const MOST_CHUNK_BYTES = 64 * 1024;
const LINK_BITS = 0o120000;

/**
 * `SEND path,mode`: chunks, then `DONE mtime`. An error is answered at once, and the rest of the file is read and
 * dropped, as adbd does. False where the client does not keep to the protocol.
 */
export async function receiveFile(
  files: OwnedTree,
  request: string,
  input: Pipe,
  output: Pipe,
  nowMs: () => number,
): Promise<boolean> {
  const comma = request.lastIndexOf(',');
  const path = comma < 0 ? request : request.slice(0, comma);
  const mode = comma < 0 ? 0o644 : Number(request.slice(comma + 1));
  let refusal = comma < 0 || !Number.isInteger(mode) ? 'missing , in ID_SEND' : tryCreate(files, path, mode);
  if (refusal !== null) output.write(fail(refusal));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const head = await input.readExactly(8);
    if (head === null) return false;
    const id = head.toString('latin1', 0, 4);
    const value = head.readUInt32LE(4);
    if (id === 'DONE') {
      if (refusal !== null) return true;
      refusal = tryFinish(files, path, mode, Buffer.concat(chunks, bytes), value === 0 ? nowMs() : value * 1000);
      output.write(refusal === null ? header('OKAY', 0) : fail(refusal));
      return true;
    }
    if (id !== 'DATA' || value > MOST_CHUNK_BYTES) {
      output.write(fail(id === 'DATA' ? 'oversize data message' : 'invalid data message'));
      return false;
    }
    const chunk = await input.readExactly(value);
    if (chunk === null) return false;
    if (refusal !== null) continue;
    bytes += chunk.length;
    if (bytes > files.leftBytes()) {
      refusal = `write failed: ${new FileError('ENOSPC', path).message}`;
      output.write(fail(refusal));
      chunks.length = 0;
    } else chunks.push(chunk);
  }
}

function tryCreate(files: OwnedTree, path: string, mode: number): string | null {
  const folder = path.slice(0, Math.max(1, path.lastIndexOf('/')));
  try {
    files.makeDirectory(folder, { parents: true, mode: 0o771 });
  } catch (error) {
    return `secure_mkdirs failed: ${messageOf(error)}`;
  }
  try {
    if ((mode & 0o170000) === LINK_BITS) return null;
    files.append(path, Buffer.alloc(0));
    return null;
  } catch (error) {
    return `couldn't create file: ${messageOf(error)}`;
  }
}

function tryFinish(files: OwnedTree, path: string, mode: number, content: Buffer, mtimeMs: number): string | null {
  try {
    if ((mode & 0o170000) === LINK_BITS) {
      if (files.linkStat(path) !== undefined) files.remove(path);
      files.symlink(content.toString('utf8').replace(/\0+$/, ''), path);
      return null;
    }
    // adbd gives group and others what the owner has (do_send in file_sync_service.cpp).
    const withGroup = (mode & 0o777) | ((mode >> 3) & 0o070);
    files.write(path, content, { mode: withGroup | ((withGroup >> 3) & 0o007), mtimeMs });
    return null;
  } catch (error) {
    return `write failed: ${messageOf(error)}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof FileError ? error.message : 'I/O error';
}
