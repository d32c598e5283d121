import { everyNode } from './node.ts';
import type { ViewNode } from './node.ts';

/** A call in a chain such as `new UiSelector().text("x").clickable(true)`. */
export interface Call {
  readonly name: string;
  readonly args: readonly (string | number | boolean | Chain)[];
}

export interface Chain {
  readonly type: 'UiSelector' | 'UiScrollable';
  readonly args: readonly (string | number | boolean | Chain)[];
  readonly calls: readonly Call[];
}

export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

const MOST_LENGTH = 10_000;

/** Parses the Java expression that clients send with the strategy `-android uiautomator`. */
export function parseSelector(text: string): Chain {
  if (text.length > MOST_LENGTH) throw new SelectorError('the expression is too long');
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new SelectorError(`expected ${expected ?? 'more'} but found ${token ?? 'the end'}`);
    }
    return token;
  };
  const chain = (depth: number): Chain => {
    if (depth > 10) throw new SelectorError('the expression is nested too deeply');
    if (peek() === 'new') take();
    const type = take();
    if (type !== 'UiSelector' && type !== 'UiScrollable') throw new SelectorError(`unknown class ${type}`);
    const args = list(depth);
    const calls: Call[] = [];
    while (peek() === '.') {
      take('.');
      calls.push({ name: take(), args: list(depth) });
    }
    return { type, args, calls };
  };
  const list = (depth: number): Call['args'] => {
    take('(');
    const args: Call['args'][number][] = [];
    while (peek() !== ')') {
      args.push(value(depth));
      if (peek() === ',') take(',');
    }
    take(')');
    return args;
  };
  const value = (depth: number): Call['args'][number] => {
    const token = peek() ?? '';
    if (token.startsWith('"')) return JSON.parse(take().replaceAll("\\'", "'")) as string;
    if (/^-?\d+$/.test(token)) return Number(take());
    if (token === 'true' || token === 'false') return take() === 'true';
    if (token === 'new' || token === 'UiSelector') return chain(depth + 1);
    // `android.widget.Button.class`: a class literal stands for its name.
    let name = take();
    while (peek() === '.') {
      take('.');
      name += `.${take()}`;
    }
    return name.replace(/\.class$/, '');
  };
  const parsed = chain(0);
  if (peek() === ';') take(';');
  if (at < tokens.length) throw new SelectorError(`unexpected ${tokens[at] ?? ''}`);
  return parsed;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern = /\s*("(?:[^"\\]|\\.)*"|-?\d+|[A-Za-z_$][\w$]*|[().,;])/gy;
  const trimmed = text.trim();
  while (pattern.lastIndex < trimmed.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(trimmed);
    if (!match) throw new SelectorError(`cannot read ${trimmed.slice(from, from + 20)}`);
    tokens.push(match[1] ?? '');
  }
  return tokens;
}

/** The views that a UiSelector finds, in document order. */
export function selectNodes(root: ViewNode, selector: Chain): ViewNode[] {
  return selectAmong([root], selector, root);
}

/** Among siblings and what lies below them; `whole` is the tree in which parents are looked up. */
function selectAmong(siblings: readonly ViewNode[], selector: Chain, whole: ViewNode): ViewNode[] {
  let wantedInstance: number | null = null;
  let found: ViewNode[] = [];
  const tests: ((node: ViewNode, index: number) => boolean)[] = [];
  let child: Chain | null = null;
  let parent: Chain | null = null;
  for (const { name, args } of selector.calls) {
    const [arg] = args;
    if (name === 'instance') wantedInstance = Number(arg);
    else if (name === 'childSelector' && isChain(arg)) child = arg;
    else if (name === 'fromParent' && isChain(arg)) parent = arg;
    else tests.push(testOf(name, arg));
  }
  const visit = (node: ViewNode, index: number): void => {
    if (tests.every((test) => test(node, index))) found.push(node);
    node.children.forEach(visit);
  };
  siblings.forEach(visit);
  if (wantedInstance !== null) found = found.slice(wantedInstance, wantedInstance + 1);
  if (child !== null) {
    const inner = child;
    found = found.flatMap((node) => selectAmong(node.children, inner, whole));
  }
  if (parent !== null) {
    const inner = parent;
    found = found.flatMap((node) => {
      const above = [...everyNode(whole)].find((one) => one.children.includes(node));
      return above ? selectAmong(above.children, inner, whole) : [];
    });
  }
  return [...new Set(found)];
}

function isChain(value: Call['args'][number] | undefined): value is Chain {
  return typeof value === 'object';
}

function testOf(name: string, arg: Call['args'][number] | undefined): (node: ViewNode, index: number) => boolean {
  const text = typeof arg === 'object' ? '' : String(arg);
  const flag = arg !== false;
  switch (name) {
    case 'text':
      return (node) => node.text === text;
    case 'textContains':
      return (node) => node.text.toLowerCase().includes(text.toLowerCase());
    case 'textStartsWith':
      return (node) => node.text.toLowerCase().startsWith(text.toLowerCase());
    case 'textMatches':
      return matching(text, (node) => node.text);
    case 'className':
      return (node) => node.className === text;
    case 'classNameMatches':
      return matching(text, (node) => node.className);
    case 'description':
      return (node) => node.description === text;
    case 'descriptionContains':
      return (node) => node.description.toLowerCase().includes(text.toLowerCase());
    case 'descriptionStartsWith':
      return (node) => node.description.toLowerCase().startsWith(text.toLowerCase());
    case 'descriptionMatches':
      return matching(text, (node) => node.description);
    case 'resourceId':
      return (node) => node.resourceId === text;
    case 'resourceIdMatches':
      return matching(text, (node) => node.resourceId);
    case 'packageName':
      return (node) => node.packageName === text;
    case 'packageNameMatches':
      return matching(text, (node) => node.packageName);
    case 'clickable':
      return (node) => node.clickable === flag;
    case 'focusable':
      return (node) => node.focusable === flag;
    case 'focused':
      return (node) => node.focused === flag;
    case 'scrollable':
      return (node) => node.scrollable === flag;
    case 'enabled':
      return () => flag;
    case 'checkable':
    case 'checked':
    case 'longClickable':
    case 'selected':
      return () => !flag;
    case 'index':
      return (_node, index) => index === Number(arg);
    default:
      throw new SelectorError(`UiSelector has no method ${name}`);
  }
}

/** Java's `matches` covers the whole text. */
function matching(pattern: string, of: (node: ViewNode) => string): (node: ViewNode) => boolean {
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    throw new SelectorError(`bad pattern ${pattern}`);
  }
  return (node) => expression.test(of(node));
}
