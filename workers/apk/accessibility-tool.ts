import type { Component } from '../../orchestrator/contract/apk.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { attributeReader } from './attributes.ts';
import { readBinaryXml } from './binary-xml.ts';
import { oddityLog } from './oddities.ts';
import type { Resources } from './resources.ts';

const BIND = 'android.permission.BIND_ACCESSIBILITY_SERVICE';
const CONFIGURATION = 'android.accessibilityservice';
const MOST_SERVICES = 10;
const MOST_BYTES = 256 * 1024;

/**
 * Whether an accessibility service calls itself a tool for people with disabilities (`android:isAccessibilityTool` in
 * the configuration that its meta-data names; AccessibilityServiceInfo). A configuration that cannot be read says no.
 */
export function saysAccessibilityTool(
  components: readonly Component[],
  take: (path: string, mostBytes: number) => Buffer | null,
  resources: Resources,
): boolean {
  const read = attributeReader(resources);
  return components
    .filter((component) => component.permission === BIND && component.enabled)
    .slice(0, MOST_SERVICES)
    .some((component) => {
      try {
        const path = component.metaData[CONFIGURATION];
        const bytes = path === undefined ? null : take(path, MOST_BYTES);
        if (bytes === null) return false;
        return read.bool(readBinaryXml(bytes, 'accessibility service', oddityLog()), 'isAccessibilityTool') ?? false;
      } catch (error) {
        if (error instanceof Fault) return false; // a damaged configuration declares nothing
        throw error;
      }
    });
}
