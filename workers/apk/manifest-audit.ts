import { ATTRIBUTE } from './attributes.ts';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { XmlElement } from './binary-xml.ts';
import type { OddityLog } from './oddities.ts';

const ANDROID = 'http://schemas.android.com/apk/res/android';
const WHERE = 'AndroidManifest.xml';
const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(ATTRIBUTE).map(([name, id]) => [id, name]));

/**
 * Attributes go by resource id on Android, so their names and namespaces can be blanked or swapped to mislead whoever
 * reads them by name. Build tools write both.
 */
export function auditAttributes(root: XmlElement, oddities: OddityLog): void {
  const waiting: XmlElement[] = [root];
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    for (const { resourceId, name, namespace } of element.attributes) {
      const known = resourceId === null ? undefined : NAMES.get(resourceId);
      if (known === undefined) continue;
      if (name !== known) {
        const detail = `An attribute of <${printable(element.name, 60)}> is called "${printable(name, 60)}" and is ${known}.`;
        oddities.add('xml-misnamed-attribute', WHERE, detail);
      } else if (namespace !== ANDROID) {
        const detail = `The attribute ${known} of <${printable(element.name, 60)}> is in no namespace of Android.`;
        oddities.add('xml-namespace', WHERE, detail);
      }
    }
    waiting.push(...element.children);
  }
}
