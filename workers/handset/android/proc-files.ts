import type { FileTree } from '../file-tree.ts';
import type { ProcessRecord } from './processes.ts';

/** The files of /proc/PID that clients read; they go when the folder is removed. */
export function serveProcess(files: FileTree, record: ProcessRecord): void {
  const folder = `/proc/${record.pid}`;
  files.serve(`${folder}/cmdline`, () => `${record.name}\0`);
  files.serve(`${folder}/comm`, () => `${record.name.slice(-15)}\n`);
  files.serve(`${folder}/status`, () => procStatus(record));
  files.serve(`${folder}/oom_score_adj`, () => `${record.frozen ? 900 : 0}\n`);
  files.serve(`${folder}/ns/mnt`, () => `mnt:[${4026531840 + record.pid}]`);
}

function procStatus(record: ProcessRecord): string {
  const { name, pid, parentPid, uid, frozen } = record;
  return [
    `Name:\t${name.slice(-15)}`,
    'Umask:\t0077',
    `State:\t${frozen ? 'D (disk sleep)' : 'S (sleeping)'}`,
    `Tgid:\t${pid}`,
    `Pid:\t${pid}`,
    `PPid:\t${parentPid}`,
    'TracerPid:\t0',
    `Uid:\t${uid}\t${uid}\t${uid}\t${uid}`,
    `Gid:\t${uid}\t${uid}\t${uid}\t${uid}`,
    '',
  ].join('\n');
}
