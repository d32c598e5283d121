import type { XmlElement } from '../../workers/apk/binary-xml.ts';

/** A compiled document in lines, as `aapt dump xmltree` gives them once line numbers and prefixes are taken away. */
export function treeLines(element: XmlElement, depth = 0): string[] {
  const attributes = element.attributes.map(({ name, resourceId, value }) => {
    const id = resourceId === null ? '' : `(0x${resourceId.toString(16).padStart(8, '0')})`;
    return `${depth} A ${name}${id}=${shown(value)}`;
  });
  return [
    `${depth} E ${element.name}`,
    ...attributes,
    ...element.children.flatMap((child) => treeLines(child, depth + 1)),
  ];
}

function shown({ type, data, text }: XmlElement['attributes'][number]['value']): string {
  if (type === 0x03) return JSON.stringify(text);
  if (type === 0x01) return `@0x${data.toString(16).padStart(8, '0')}`;
  return `(type 0x${type.toString(16)})0x${data.toString(16)}`;
}

/** The same lines from what aapt printed. */
export function printedLines(printed: string): string[] {
  const base = /^( *)E: /m.exec(printed)?.[1]?.length ?? 0;
  let depth = 0;
  return printed.split('\n').flatMap((line) => {
    const [, indent = '', name] = /^( *)E: (\S+)/.exec(line) ?? [];
    if (name !== undefined) {
      depth = (indent.length - base) / 2;
      return [`${depth} E ${name}`];
    }
    const [, attribute, value = ''] = /^ *A: (?:[\w-]+:)?([^=]*)=(.*)$/.exec(line) ?? [];
    return attribute === undefined ? [] : [`${depth} A ${attribute}=${value.replace(/ \(Raw: ".*"\)$/, '')}`];
  });
}
