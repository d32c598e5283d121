import { DOMParser } from '@xmldom/xmldom';
import xpath from 'xpath';
import { everyNode } from './node.ts';
import type { ViewNode } from './node.ts';
import { pageSource } from './source.ts';
import { parseSelector, SelectorError, selectNodes } from './ui-selector.ts';
import type { Chain } from './ui-selector.ts';
import type { View } from './view.ts';

export class FindError extends Error {
  override readonly name = 'FindError';
}

/** Views by one of the strategies of the UiAutomator2 server, within `context` or in the whole window. */
export function findNodes(view: View, strategy: string, selector: string, context: ViewNode | null): ViewNode[] {
  const root = context ?? view.tree();
  switch (strategy) {
    case 'id': {
      const id = selector.includes(':') ? selector : `${root.packageName}:id/${selector}`;
      return nodesWhere(root, (node) => node.resourceId === id);
    }
    case 'accessibility id':
      return nodesWhere(root, (node) => node.description === selector);
    case 'class name':
      return nodesWhere(root, (node) => node.className === selector);
    case 'xpath':
      return byXpath(root, selector);
    case '-android uiautomator':
      return byUiAutomator(view, root, selector);
    default:
      throw new FindError(`Locator strategy '${strategy}' is not supported`);
  }
}

function nodesWhere(root: ViewNode, test: (node: ViewNode) => boolean): ViewNode[] {
  return [...everyNode(root)].filter(test);
}

function byXpath(root: ViewNode, selector: string): ViewNode[] {
  const nodes: ViewNode[] = [];
  const source = pageSource(root, (node) => String(nodes.push(node) - 1));
  const document = new DOMParser().parseFromString(source, 'text/xml');
  let found: unknown;
  try {
    found = xpath.select(selector, document as unknown as Node);
  } catch (error) {
    throw new FindError(
      `'${selector}' is not a valid XPath expression: ${error instanceof Error ? error.message : ''}`,
    );
  }
  if (!Array.isArray(found)) throw new FindError(`'${selector}' does not select elements`);
  return found.flatMap((one: unknown) => {
    const mark = (one as Partial<Element>).getAttribute?.('sleeptalk-mark');
    const node = mark === undefined || mark === null || mark === '' ? undefined : nodes[Number(mark)];
    return node ? [node] : [];
  });
}

function byUiAutomator(view: View, root: ViewNode, selector: string): ViewNode[] {
  let parsed: Chain;
  try {
    parsed = parseSelector(selector);
    if (parsed.type === 'UiSelector') return selectNodes(root, parsed);
    const wanted = scrollTarget(parsed);
    return wanted ? scrollTo(view, wanted) : nodesWhere(root, (node) => node.scrollable).slice(0, 1);
  } catch (error) {
    if (error instanceof SelectorError)
      throw new FindError(`Could not parse expression \`${selector}\`: ${error.message}`);
    throw error;
  }
}

/** What `new UiScrollable(…)` shall scroll to, or null where the chain only names the scrollable view. */
function scrollTarget(chain: Chain): Chain | null {
  const textSelector = (method: string, text: string): Chain => ({
    type: 'UiSelector',
    args: [],
    calls: [{ name: method, args: [text] }],
  });
  for (const { name, args } of chain.calls) {
    const selector = args.find((arg): arg is Chain => typeof arg === 'object') ?? null;
    const text = args.find((arg): arg is string => typeof arg === 'string') ?? '';
    if (name === 'scrollIntoView') return selector;
    if (name === 'scrollTextIntoView') return textSelector('text', text);
    if (name === 'scrollDescriptionIntoView') return textSelector('description', text);
    if (name === 'getChildByText')
      return {
        ...(selector ?? textSelector('text', text)),
        calls: [...(selector?.calls ?? []), { name: 'text', args: [text] }],
      };
    if (name === 'getChildByDescription')
      return {
        ...(selector ?? textSelector('description', text)),
        calls: [...(selector?.calls ?? []), { name: 'description', args: [text] }],
      };
    if (name === 'getChildByInstance') return selector;
  }
  return null;
}

const STEP_PX = 1200;

/** From the top down, as UiScrollable does it, until the view is in sight or the end is reached. */
export function scrollTo(view: View, wanted: Chain): ViewNode[] {
  const here = selectNodes(view.tree(), wanted);
  if (here.length > 0) return here;
  view.scrollBy(-1_000_000);
  for (;;) {
    const found = selectNodes(view.tree(), wanted);
    if (found.length > 0) return found;
    if (!view.scrollBy(STEP_PX)) return selectNodes(view.tree(), wanted);
  }
}
