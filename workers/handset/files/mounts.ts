import { FileError } from './file-error.ts';
import type { FileSystem, Node } from './node.ts';

export interface Mount {
  /** The folder that is hidden. */
  readonly over: Node;
  /** What is seen instead. */
  readonly root: Node;
  readonly target: string;
  readonly fileSystem: FileSystem;
  readonly kind: 'tmpfs' | 'bind';
}

/** init's mount namespace, the one that `adb shell` is in. */
export const INIT_NAMESPACE = 1;

/**
 * Mount namespaces. A mount made in init's is seen in all others, because zygote and the apps are its slaves
 * (AOSP Zygote.cpp, MS_REC | MS_SLAVE), except below /apex, which apexd mounts private; a mount made in another
 * namespace stays there. So a certificate that is bound over the conscrypt APEX must be bound in every namespace.
 */
export class Mounts {
  readonly #namespaces = new Map<number, Mount[]>([[INIT_NAMESPACE, []]]);

  of(namespacePid: number): Mount[] {
    return this.#namespaces.get(namespacePid) ?? this.#namespaces.get(INIT_NAMESPACE) ?? [];
  }

  /** What one sees in a folder: the root of what was mounted over it last. */
  seen(node: Node, namespacePid: number): Node {
    const mounts = this.of(namespacePid);
    let shown = node;
    for (const mount of mounts) if (mount.over === shown) shown = mount.root;
    return shown;
  }

  add(mount: Mount, namespacePid: number): void {
    for (const mounts of this.#reached(mount.target, namespacePid)) mounts.push(mount);
  }

  /** Takes the last mount at that folder away. */
  remove(root: Node, target: string, namespacePid: number): void {
    const found = this.of(namespacePid).findLast((mount) => mount.root === root && mount.target === target);
    if (found === undefined) throw new FileError('EINVAL', target);
    for (const mounts of this.#reached(target, namespacePid)) {
      const index = mounts.lastIndexOf(found);
      if (index >= 0) mounts.splice(index, 1);
    }
  }

  clone(parentPid: number, pid: number): void {
    this.#namespaces.set(pid, [...this.of(parentPid)]);
  }

  drop(pid: number): void {
    if (pid !== INIT_NAMESPACE) this.#namespaces.delete(pid);
  }

  /** A reboot: nothing is mounted any more and nobody has a namespace of their own. */
  clear(): void {
    this.#namespaces.clear();
    this.#namespaces.set(INIT_NAMESPACE, []);
  }

  #reached(target: string, namespacePid: number): Mount[][] {
    const own = this.of(namespacePid);
    const shared = own === this.of(INIT_NAMESPACE) && !target.startsWith('/apex/');
    return shared ? [...this.#namespaces.values()] : [own];
  }
}
