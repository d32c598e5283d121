import { randomUUID } from 'node:crypto';
import { findByKey } from './node.ts';
import type { ViewNode } from './node.ts';
import { WebDriverError } from './web-driver-error.ts';

/** The W3C name of an element reference, and the name that came before it. */
export const ELEMENT_KEY = 'element-6066-11e4-a52e-4f735466cecf';
export const OLD_ELEMENT_KEY = 'ELEMENT';

export interface Elements {
  reference(node: ViewNode): Record<string, string>;
  /** The view behind a reference, in the tree as it is now. Throws `stale element reference` where it is gone. */
  resolve(id: string, tree: ViewNode): ViewNode;
}

/** The server's own cache holds 500 elements too (ElementsCache). */
const MOST_ELEMENTS = 500;

export function createElements(): Elements {
  const keys = new Map<string, string>();
  const ids = new Map<string, string>();
  return {
    reference(node) {
      const id = ids.get(node.key) ?? randomUUID();
      ids.set(node.key, id);
      keys.set(id, node.key);
      if (keys.size > MOST_ELEMENTS) {
        const oldest = keys.keys().next().value;
        if (oldest !== undefined) {
          ids.delete(keys.get(oldest) ?? '');
          keys.delete(oldest);
        }
      }
      return { [ELEMENT_KEY]: id, [OLD_ELEMENT_KEY]: id };
    },
    resolve(id, tree) {
      const key = keys.get(id);
      const node = key === undefined ? null : findByKey(tree, key);
      if (!node) {
        const why = key === undefined ? 'is not known' : 'does not exist in the view any more';
        throw new WebDriverError('stale element reference', `The element '${id}' ${why}`);
      }
      return node;
    },
  };
}
