import { textIn } from './body.ts';
import { centre, DISPLAY } from './node.ts';
import type { Bounds } from './node.ts';
import { ELEMENT_KEY, OLD_ELEMENT_KEY } from './elements.ts';
import { scrollTo } from './find.ts';
import { parseSelector } from './ui-selector.ts';
import type { UiRequest, UiRoutes, UiSession } from './server.ts';
import { WebDriverError } from './web-driver-error.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Taps, scrolls and W3C actions. Gestures are done at once: no time passes while a finger moves. */
export const gestureRoutes: UiRoutes = {
  'POST /actions': (request) => performActions(request),
  'DELETE /actions': () => null,
  'POST /appium/gestures/click': (request) => tapAt(request),
  'POST /appium/gestures/double_click': (request) => {
    tapAt(request);
    return tapAt(request);
  },
  'POST /appium/gestures/long_click': () => null,
  'POST /appium/gestures/drag': ({ session, body }) => {
    const start = origin(session, body) ?? point(body['start']);
    const end = point(body['end']);
    if (start && end) session.view.swipe(start.x, start.y, end.x, end.y);
    return null;
  },
  'POST /appium/gestures/fling': (request) => scroll(request, 3),
  'POST /appium/gestures/scroll': (request) => scroll(request, 1),
  'POST /appium/gestures/swipe': (request) => {
    const { direction, percent, area } = directed(request);
    const middle = centre(area);
    const reach = ((area.bottom - area.top) * percent) / 2;
    const up = direction === 'up' ? 1 : direction === 'down' ? -1 : 0;
    request.session.view.swipe(middle.x, middle.y + up * reach, middle.x, middle.y - up * reach);
    return null;
  },
  'POST /appium/gestures/pinch_open': () => null,
  'POST /appium/gestures/pinch_close': () => null,
  'POST /gestures/scroll_to': ({ session, body }) => {
    const params = (body['params'] ?? {}) as Record<string, unknown>;
    if (params['strategy'] !== '-android uiautomator') return null;
    scrollTo(session.view, parseSelector(textIn(params, 'selector')));
    return null;
  },
};

/** An element's reference in a gesture, as the point in its middle. */
function origin(session: UiSession, body: Readonly<Record<string, unknown>>): Point | null {
  const bounds = originBounds(session, body);
  return bounds && centre(bounds);
}

function originBounds(session: UiSession, body: Readonly<Record<string, unknown>>): Bounds | null {
  const reference = body['origin'] as Record<string, unknown> | undefined;
  const id = reference?.[ELEMENT_KEY] ?? reference?.[OLD_ELEMENT_KEY];
  return typeof id === 'string' ? session.elements.resolve(id, session.view.tree()).bounds : null;
}

function point(value: unknown): Point | null {
  const { x, y } = (value ?? {}) as { x?: unknown; y?: unknown };
  return typeof x === 'number' && typeof y === 'number' ? { x, y } : null;
}

function tapAt({ session, body }: UiRequest): null {
  const bounds = originBounds(session, body);
  const offset = point(body['offset']);
  const at =
    bounds && offset ? { x: bounds.left + offset.x, y: bounds.top + offset.y } : (offset ?? (bounds && centre(bounds)));
  if (!at) throw new WebDriverError('invalid argument', 'a gesture needs an element or an offset');
  session.view.tap(at.x, at.y);
  return null;
}

function directed({ session, body }: UiRequest): { direction: string; percent: number; area: Bounds } {
  const direction = textIn(body, 'direction').toLowerCase();
  if (!['up', 'down', 'left', 'right'].includes(direction)) {
    throw new WebDriverError('invalid argument', `unknown direction '${direction}'`);
  }
  const given = body['area'] as { left?: number; top?: number; width?: number; height?: number } | undefined;
  const left = given?.left ?? 0;
  const top = given?.top ?? 0;
  const area = originBounds(session, body) ?? {
    left,
    top,
    right: left + (given?.width ?? DISPLAY.widthPx),
    bottom: top + (given?.height ?? DISPLAY.heightPx),
  };
  return { direction, percent: Number(body['percent'] ?? 1), area };
}

/** Answers whether the view can be scrolled further in that direction. */
function scroll(request: UiRequest, times: number): boolean {
  const { direction, percent, area } = directed(request);
  const px = (area.bottom - area.top) * percent * times;
  if (direction === 'down') return request.session.view.scrollBy(px);
  return direction === 'up' ? request.session.view.scrollBy(-px) : false;
}

interface Action {
  readonly type?: string;
  readonly x?: number;
  readonly y?: number;
  readonly origin?: unknown;
  readonly value?: string;
}

const MOVED_PX = 24;

/** W3C actions: each touch pointer's down-move-up becomes a tap or a swipe; keys are typed. */
function performActions({ session, body }: UiRequest): null {
  const sources = Array.isArray(body['actions']) ? (body['actions'] as { type?: string; actions?: Action[] }[]) : [];
  for (const source of sources) {
    if (source.type === 'key') {
      session.view.type(
        (source.actions ?? []).flatMap((one) => (one.type === 'keyDown' ? [one.value ?? ''] : [])).join(''),
      );
    } else if (source.type === 'pointer') performPointer(session, source.actions ?? []);
  }
  return null;
}

function performPointer(session: UiSession, actions: readonly Action[]): void {
  let at: Point = { x: 0, y: 0 };
  let down: Point | null = null;
  for (const action of actions) {
    if (action.type === 'pointerMove') at = moved(session, at, action);
    else if (action.type === 'pointerDown') down = at;
    else if (action.type === 'pointerUp' && down) {
      const far = Math.hypot(at.x - down.x, at.y - down.y) > MOVED_PX;
      if (far) session.view.swipe(down.x, down.y, at.x, at.y);
      else session.view.tap(at.x, at.y);
      down = null;
    }
  }
}

function moved(session: UiSession, from: Point, action: Action): Point {
  const x = Number(action.x ?? 0);
  const y = Number(action.y ?? 0);
  if (action.origin === 'pointer') return { x: from.x + x, y: from.y + y };
  const middle = typeof action.origin === 'object' ? origin(session, { origin: action.origin }) : null;
  return middle ? { x: middle.x + x, y: middle.y + y } : { x, y };
}
