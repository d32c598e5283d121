import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { textIn } from './body.ts';
import { drawPng } from './image.ts';
import { everyNode } from './node.ts';
import type { ViewNode } from './node.ts';
import { attributesOf } from './source.ts';
import { FindError, findNodes } from './find.ts';
import type { UiRequest, UiRoutes, UiSession } from './server.ts';
import { WebDriverError } from './web-driver-error.ts';

/** Finding elements, asking them and acting on them. */
export const elementRoutes: UiRoutes = {
  'POST /element': (request) => findOne(request),
  'POST /elements': ({ session, body }) => find(session, body).map((node) => session.elements.reference(node)),
  'GET /element/active': ({ session }) => {
    const focused = [...everyNode(session.view.tree())].find((node) => node.focused);
    if (!focused) throw new WebDriverError('no such element', 'No element has the focus');
    return session.elements.reference(focused);
  },
  'POST /element/*/click': (request) => {
    request.session.view.press(nodeOf(request));
    return null;
  },
  'POST /element/*/clear': (request) => {
    request.session.view.setText(editable(request).key, '');
    return null;
  },
  'POST /element/*/value': (request) => {
    const { session, body } = request;
    const node = editable(request);
    const text =
      typeof body['text'] === 'string' ? body['text'] : Array.isArray(body['value']) ? body['value'].join('') : '';
    session.view.setText(node.key, body['replace'] === true ? text : session.view.textOf(node.key) + text);
    return null;
  },
  'GET /element/*/text': (request) => nodeOf(request).text,
  'GET /element/*/name': (request) => nodeOf(request).description,
  'GET /element/*/displayed': (request) => nodeOf(request) !== null,
  'GET /element/*/enabled': (request) => nodeOf(request) !== null,
  'GET /element/*/selected': (request) => attribute(nodeOf(request), 'selected') === 'true',
  'GET /element/*/rect': (request) => rectOf(nodeOf(request)),
  'GET /element/*/location': (request) => {
    const { x, y } = rectOf(nodeOf(request));
    return { x, y };
  },
  'GET /element/*/size': (request) => {
    const { width, height } = rectOf(nodeOf(request));
    return { width, height };
  },
  'GET /element/*/attribute/*': (request) => attribute(nodeOf(request), decodeURIComponent(request.groups[1] ?? '')),
  'GET /element/*/screenshot': (request) => {
    const { session } = request;
    return drawPng(session.view.tree(), session.state.parts.power.screenOn, nodeOf(request).bounds).toString('base64');
  },
  'POST /element/*/element': (request) =>
    findOne({ ...request, body: { ...request.body, context: request.groups[0] } }),
  'POST /element/*/elements': ({ session, body, groups }) =>
    find(session, { ...body, context: groups[0] }).map((node) => session.elements.reference(node)),
  'GET /appium/element/*/first_visible': (request) => {
    const first = nodeOf(request).children[0];
    if (!first) throw new WebDriverError('no such element', 'The element has no visible child');
    return request.session.elements.reference(first);
  },
  'POST /appium/element/*/scroll_to/*': (request) => {
    // Both are in sight: an element that is not is stale here, as views out of sight have no accessibility node.
    nodeOf(request);
    nodeOf({ ...request, groups: [request.groups[1] ?? ''] });
    return null;
  },
};

export function nodeOf({ session, groups }: Pick<UiRequest, 'session' | 'groups'>): ViewNode {
  return session.elements.resolve(groups[0] ?? '', session.view.tree());
}

function editable(request: UiRequest): ViewNode {
  const node = nodeOf(request);
  if (!node.editable) throw new WebDriverError('element not interactable', `Cannot set text of ${node.className}`);
  return node;
}

function findOne({ session, body }: UiRequest): Record<string, string> {
  const first = find(session, body)[0];
  if (!first) {
    const message = 'An element could not be located on the page using the given search parameters.';
    throw new WebDriverError('no such element', message);
  }
  return session.elements.reference(first);
}

function find(session: UiSession, body: Readonly<Record<string, unknown>>): ViewNode[] {
  const strategy = textIn(body, 'strategy', 'using');
  const selector = textIn(body, 'selector', 'value');
  const context = body['context'];
  const within =
    typeof context === 'string' && context !== '' ? session.elements.resolve(context, session.view.tree()) : null;
  try {
    return findNodes(session.view, strategy, selector, within);
  } catch (error) {
    if (error instanceof FindError) throw new WebDriverError('invalid selector', error.message);
    throw error;
  }
}

function rectOf({ bounds }: ViewNode): { x: number; y: number; width: number; height: number } {
  const { left, top, right, bottom } = bounds;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Attributes by the names of the page source and by the names that the server knows besides. */
function attribute(node: ViewNode, name: string): string | null {
  const aliases: Readonly<Record<string, string>> = {
    name: 'content-desc',
    contentDescription: 'content-desc',
    className: 'class',
    resourceId: 'resource-id',
    'content-size': 'contentSize',
    longClickable: 'long-clickable',
  };
  const wanted = lookUp(aliases, name) ?? name;
  const found = attributesOf(node, 0).find(([known]) => known === wanted);
  if (found) return found[1];
  if (wanted === 'content-desc' || wanted === 'resource-id' || wanted === 'hint') return null;
  throw new WebDriverError('unsupported operation', `'${name}' attribute is unknown for the element`);
}
