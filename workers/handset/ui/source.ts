import { APP_HEIGHT_PX, boundsText, DISPLAY } from './node.ts';
import type { ViewNode } from './node.ts';

/** The attributes of a view, in the order in which the page source prints them. */
export function attributesOf(node: ViewNode, index: number): [string, string][] {
  const attributes: [string, string][] = [
    ['index', String(index)],
    ['package', node.packageName],
    ['class', node.className],
    ['text', node.text],
  ];
  if (node.description !== '') attributes.push(['content-desc', node.description]);
  if (node.resourceId !== '') attributes.push(['resource-id', node.resourceId]);
  attributes.push(
    ['checkable', 'false'],
    ['checked', 'false'],
    ['clickable', String(node.clickable)],
    ['enabled', 'true'],
    ['focusable', String(node.focusable)],
    ['focused', String(node.focused)],
    ['long-clickable', 'false'],
    ['password', String(node.password)],
    ['scrollable', String(node.scrollable)],
    ['selected', 'false'],
    ['bounds', boundsText(node.bounds)],
    ['displayed', 'true'],
  );
  if (node.hint !== '') attributes.push(['hint', node.hint]);
  return attributes;
}

/** The page source as the UiAutomator2 server prints it: tags are class names. `mark` adds an attribute to each view. */
export function pageSource(root: ViewNode, mark?: (node: ViewNode) => string): string {
  const head = `<hierarchy index="0" class="hierarchy" rotation="0" width="${DISPLAY.widthPx}" height="${APP_HEIGHT_PX}">`;
  return `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>${head}${element(root, 0, mark)}</hierarchy>`;
}

function element(node: ViewNode, index: number, mark?: (node: ViewNode) => string): string {
  const attributes = attributesOf(node, index);
  if (mark) attributes.push(['sleeptalk-mark', mark(node)]);
  const open = `<${node.className} ${attributes.map(([name, value]) => `${name}="${escape(value)}"`).join(' ')}`;
  if (node.children.length === 0) return `${open}/>`;
  return `${open}>${node.children.map((child, at) => element(child, at, mark)).join('')}</${node.className}>`;
}

/** The dump of `uiautomator dump`: every view is a `node`. */
export function uiautomatorDump(root: ViewNode): string {
  const visit = (node: ViewNode, index: number): string => {
    const wanted = attributesOf(node, index).filter(([name]) => name !== 'displayed' && name !== 'hint');
    const known = new Map(wanted);
    const ordered = ['index', 'text', 'resource-id', 'class', 'package', 'content-desc', 'checkable', 'checked'];
    const rest = [...known.keys()].filter((name) => !ordered.includes(name));
    const text = [...ordered, ...rest].map((name) => `${name}="${escape(known.get(name) ?? '')}"`).join(' ');
    const children = node.children.map(visit).join('');
    return children === '' ? `<node ${text} />` : `<node ${text}>${children}</node>`;
  };
  return `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation="0">${visit(root, 0)}</hierarchy>`;
}

/** XML 1.0 has no way to write most control characters and lone surrogates: the server replaces them by `?`. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#9;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;');
}
