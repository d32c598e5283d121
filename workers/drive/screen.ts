import { lookUp } from '../../orchestrator/contract/look-up.ts';
/** One node of the view tree that a person could act on. */
export interface Widget {
  readonly className: string;
  readonly text: string;
  readonly description: string;
  readonly resourceId: string;
  readonly packageName: string;
  readonly clickable: boolean;
  readonly enabled: boolean;
  readonly editable: boolean;
  readonly password: boolean;
  readonly hint: string;
  readonly center: { readonly x: number; readonly y: number };
}

/** A screen as the tree shows it. `id` stays the same when only numbers in it change. */
export interface Screen {
  readonly id: string;
  /** The package of most nodes: who is in front, also while a dialog of the system lies over it. */
  readonly packageName: string | null;
  readonly widgets: readonly Widget[];
  /** Editable fields in the order of the tree. */
  readonly fields: readonly Widget[];
}

const MOST_SOURCE_LENGTH = 4 * 1024 * 1024;
const MOST_NODES = 5000;
const NODE = /<([A-Za-z_][\w.$-]*)((?:\s+[\w:-]+="[^"]*")*)\s*\/?>/g;
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g;

/**
 * Reads a page source of UiAutomator2. The text in it is the app's: sizes and numbers are bounded, what cannot be
 * read is left out, and nothing in it is ever run.
 */
export function readScreen(source: string): Screen {
  const widgets: Widget[] = [];
  const packages = new Map<string, number>();
  let count = 0;
  for (const match of source.slice(0, MOST_SOURCE_LENGTH).matchAll(NODE)) {
    if ((count += 1) > MOST_NODES) break;
    const widget = toWidget(match[1] ?? '', match[2] ?? '');
    if (widget === null) continue;
    packages.set(widget.packageName, (packages.get(widget.packageName) ?? 0) + 1);
    widgets.push(widget);
  }
  const most = [...packages].sort((a, b) => b[1] - a[1])[0];
  return {
    id: digest(widgets.map(signature).sort().join('\n')),
    packageName: most?.[0] ?? null,
    widgets,
    fields: widgets.filter((widget) => widget.editable),
  };
}

/** What makes a widget the same one next time: not where it lies, and not the numbers that it counts. */
export function signature(widget: Widget): string {
  const label = (widget.text || widget.description || widget.hint).replace(/\d+/g, '#').slice(0, 80);
  return `${widget.className}|${widget.resourceId}|${widget.editable ? '' : label}`;
}

function toWidget(element: string, attributeText: string): Widget | null {
  const attributes = new Map<string, string>();
  for (const match of attributeText.matchAll(ATTRIBUTE)) attributes.set(match[1] ?? '', unescape(match[2] ?? ''));
  const bounds = /^\[(-?\d{1,6}),(-?\d{1,6})\]\[(-?\d{1,6}),(-?\d{1,6})\]$/.exec(attributes.get('bounds') ?? '');
  if (bounds === null) return null; // the root of the hierarchy, or nothing that could be touched
  const [left = 0, top = 0, right = 0, bottom = 0] = bounds.slice(1).map(Number);
  if (right <= left || bottom <= top) return null;
  const className = attributes.get('class') ?? element;
  const is = (name: string): boolean => attributes.get(name) === 'true';
  return {
    className,
    text: attributes.get('text') ?? '',
    description: attributes.get('content-desc') ?? '',
    resourceId: attributes.get('resource-id') ?? '',
    packageName: attributes.get('package') ?? '',
    clickable: is('clickable'),
    enabled: attributes.get('enabled') !== 'false',
    editable: /\bEditText$|AutoCompleteTextView$/.test(className),
    password: is('password'),
    hint: attributes.get('hint') ?? '',
    center: { x: Math.round((left + right) / 2), y: Math.round((top + bottom) / 2) },
  };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescape(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|quot|apos|amp));/g, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return lookUp(ENTITIES, name) ?? whole;
    const point = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** FNV-1a over UTF-16 units, 32 bits in hex (http://www.isthe.com/chongo/tech/comp/fnv/): names screens, secures nothing. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
