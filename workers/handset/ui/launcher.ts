import { APP_HEIGHT_PX, DISPLAY, makeNode } from './node.ts';
import type { ViewNode } from './node.ts';

export interface LauncherIcon {
  readonly packageName: string;
  readonly label: string;
  start(): void;
}

const COLUMNS = 4;
const CELL_HEIGHT_PX = 300;
const MOST_ICONS = 20;
const LAUNCHER = 'com.android.launcher3';

/** The home screen: one icon for each app that can be launched. */
export function launcherTree(icons: readonly LauncherIcon[]): ViewNode {
  const cellWidth = DISPLAY.widthPx / COLUMNS;
  const children = icons.slice(0, MOST_ICONS).map((icon, index) => {
    const left = (index % COLUMNS) * cellWidth;
    const top = 200 + Math.floor(index / COLUMNS) * CELL_HEIGHT_PX;
    return makeNode({
      key: `launcher/${icon.packageName}`,
      className: 'android.widget.TextView',
      packageName: LAUNCHER,
      text: icon.label,
      description: icon.label,
      bounds: { left, top, right: left + cellWidth, bottom: top + CELL_HEIGHT_PX },
      press: () => icon.start(),
    });
  });
  return frame('launcher', LAUNCHER, `${LAUNCHER}:id/workspace`, children);
}

/** The keyguard without a PIN: a clock and the hint to swipe up. */
export function keyguardTree(time: string, packageName: string): ViewNode {
  const text = (key: string, top: number, content: string): ViewNode =>
    makeNode({
      key: `keyguard/${key}`,
      className: 'android.widget.TextView',
      packageName,
      text: content,
      resourceId: `${packageName}:id/${key}`,
      bounds: { left: 140, top, right: 940, bottom: top + 140 },
    });
  return frame('keyguard', packageName, `${packageName}:id/keyguard_root_view`, [
    text('lockscreen_clock_view', 400, time),
    text('keyguard_indication_text', 1600, 'Swipe up to open'),
  ]);
}

function frame(key: string, packageName: string, resourceId: string, children: ViewNode[]): ViewNode {
  const bounds = { left: 0, top: 0, right: DISPLAY.widthPx, bottom: APP_HEIGHT_PX };
  return makeNode({
    key,
    className: 'android.widget.FrameLayout',
    packageName,
    bounds,
    children: [
      makeNode({
        key: `${key}/content`,
        className: 'android.widget.FrameLayout',
        packageName,
        bounds,
        resourceId,
        children,
      }),
    ],
  });
}
