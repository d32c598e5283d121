/** Pixels of the display; `right` and `bottom` are outside, as in AccessibilityNodeInfo. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One view as accessibility sees it. Trees are made anew for each look; `key` finds the same view again. */
export interface ViewNode {
  readonly key: string;
  readonly className: string;
  readonly packageName: string;
  readonly text: string;
  readonly description: string;
  readonly resourceId: string;
  readonly hint: string;
  readonly bounds: Bounds;
  readonly clickable: boolean;
  readonly focusable: boolean;
  readonly focused: boolean;
  readonly password: boolean;
  readonly scrollable: boolean;
  readonly children: readonly ViewNode[];
  /** What a tap does; null: nothing. */
  readonly press: (() => void) | null;
  /** Text can be typed into it. */
  readonly editable: boolean;
}

export interface Display {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly densityDpi: number;
  readonly statusBarPx: number;
  readonly navigationBarPx: number;
}

/** A 5-inch 1080p device, as the Nexus 5X profile of the emulator. */
export const DISPLAY: Display = {
  widthPx: 1080,
  heightPx: 1920,
  densityDpi: 420,
  statusBarPx: 63,
  navigationBarPx: 126,
};

/** Height of the window that apps draw in, from the top of the screen to the navigation bar. */
export const APP_HEIGHT_PX = DISPLAY.heightPx - DISPLAY.navigationBarPx;

export function makeNode(
  node: Pick<ViewNode, 'key' | 'className' | 'packageName' | 'bounds'> & Partial<ViewNode>,
): ViewNode {
  const press = node.press ?? null;
  return {
    text: '',
    description: '',
    resourceId: '',
    hint: '',
    clickable: press !== null,
    focusable: press !== null,
    focused: false,
    password: false,
    scrollable: false,
    children: [],
    editable: false,
    ...node,
    press,
  };
}

/** The tree in document order, the root first. */
export function* everyNode(root: ViewNode): Generator<ViewNode> {
  yield root;
  for (const child of root.children) yield* everyNode(child);
}

export function findByKey(root: ViewNode, key: string): ViewNode | null {
  for (const node of everyNode(root)) if (node.key === key) return node;
  return null;
}

/** The deepest view at that point that takes taps. */
export function nodeAt(root: ViewNode, x: number, y: number): ViewNode | null {
  let found: ViewNode | null = null;
  for (const node of everyNode(root)) {
    const { left, top, right, bottom } = node.bounds;
    if (x < left || x >= right || y < top || y >= bottom) continue;
    if (node.press !== null || node.editable) found = node;
  }
  return found;
}

export function centre(bounds: Bounds): { x: number; y: number } {
  return { x: Math.floor((bounds.left + bounds.right) / 2), y: Math.floor((bounds.top + bounds.bottom) / 2) };
}

/** `[0,63][1080,210]`. */
export function boundsText(bounds: Bounds): string {
  return `[${bounds.left},${bounds.top}][${bounds.right},${bounds.bottom}]`;
}
