import { APP_HEIGHT_PX, DISPLAY, makeNode } from './node.ts';
import type { Bounds, ViewNode } from './node.ts';

/** A row of a screen, before it has a place. */
export interface Row {
  readonly kind: 'text' | 'button' | 'item' | 'field';
  readonly text: string;
  readonly resourceId: string;
  readonly hint?: string;
  readonly password?: boolean;
  readonly press?: () => void;
}

export interface ScreenPlan {
  /** Distinguishes the nodes of one shown screen from those of all others. */
  readonly key: string;
  readonly packageName: string;
  readonly title: string;
  readonly rows: readonly Row[];
  /** Pixels scrolled down. */
  readonly scrolledPx: number;
  readonly focusedKey: string | null;
  valueOf(fieldKey: string): string;
}

const TOOLBAR_PX = 147;
const ROW_PX: Readonly<Record<Row['kind'], number>> = { text: 126, item: 126, button: 147, field: 147 };
export const CONTENT_TOP_PX = DISPLAY.statusBarPx + TOOLBAR_PX;

const CLASS_OF: Readonly<Record<Row['kind'], string>> = {
  text: 'android.widget.TextView',
  item: 'android.widget.TextView',
  button: 'android.widget.Button',
  field: 'android.widget.EditText',
};

export function contentHeightPx(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + ROW_PX[row.kind], 0);
}

/** How far a screen can be scrolled down. */
export function mostScrollPx(rows: readonly Row[]): number {
  return Math.max(0, contentHeightPx(rows) - (APP_HEIGHT_PX - CONTENT_TOP_PX));
}

/** Lays the rows out below a title bar, in a scrolling list; rows out of sight are left out, as accessibility does. */
export function layOut(plan: ScreenPlan): ViewNode {
  const { packageName, key } = plan;
  const window = full(0, APP_HEIGHT_PX);
  const content = full(CONTENT_TOP_PX, APP_HEIGHT_PX);
  const rows: ViewNode[] = [];
  let top = CONTENT_TOP_PX - plan.scrolledPx;
  for (const [index, row] of plan.rows.entries()) {
    const bottom = top + ROW_PX[row.kind];
    if (bottom > content.top && top < content.bottom) {
      rows.push(rowNode(plan, row, `${key}/row${index}`, clip(full(top, bottom), content)));
    }
    top = bottom;
  }
  const list = makeNode({
    key: `${key}/list`,
    className: 'android.widget.ScrollView',
    packageName,
    bounds: content,
    scrollable: mostScrollPx(plan.rows) > 0,
    resourceId: `${packageName}:id/content_list`,
    children: rows,
  });
  const title = makeNode({
    key: `${key}/title`,
    className: 'android.widget.TextView',
    packageName,
    text: plan.title,
    resourceId: `${packageName}:id/title`,
    bounds: { left: 42, top: DISPLAY.statusBarPx + 33, right: 1038, bottom: DISPLAY.statusBarPx + 114 },
  });
  const toolbar = makeNode({
    key: `${key}/toolbar`,
    className: 'android.view.ViewGroup',
    packageName,
    resourceId: `${packageName}:id/toolbar`,
    bounds: full(DISPLAY.statusBarPx, CONTENT_TOP_PX),
    children: [title],
  });
  const frame = (name: string, id: string, children: ViewNode[]): ViewNode =>
    makeNode({
      key: `${key}/${name}`,
      className: 'android.widget.FrameLayout',
      packageName,
      resourceId: id,
      bounds: window,
      children,
    });
  return frame('decor', '', [frame('root', 'android:id/content', [toolbar, list])]);
}

function rowNode(plan: ScreenPlan, row: Row, key: string, bounds: Bounds): ViewNode {
  const value = row.kind === 'field' ? plan.valueOf(key) : '';
  return makeNode({
    key,
    className: CLASS_OF[row.kind],
    packageName: plan.packageName,
    bounds,
    text: row.kind !== 'field' ? row.text : value === '' ? (row.hint ?? '') : shownValue(value, row.password === true),
    hint: row.hint ?? '',
    description: row.kind === 'item' ? row.text : '',
    resourceId: row.resourceId,
    password: row.password ?? false,
    editable: row.kind === 'field',
    clickable: row.kind !== 'text',
    focusable: row.kind !== 'text',
    focused: plan.focusedKey === key,
    press: row.press ?? null,
  });
}

function shownValue(value: string, password: boolean): string {
  return password ? '•'.repeat(value.length) : value;
}

function full(top: number, bottom: number): Bounds {
  return { left: 0, top, right: DISPLAY.widthPx, bottom };
}

function clip(bounds: Bounds, within: Bounds): Bounds {
  return { ...bounds, top: Math.max(bounds.top, within.top), bottom: Math.min(bounds.bottom, within.bottom) };
}
