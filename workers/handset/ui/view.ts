import type { Behaviour } from '../../../orchestrator/contract/behaviour.ts';
import { localTime } from '../android/device-time.ts';
import { labelOf, launchActivity } from '../android/resolve.ts';
import type { AndroidState } from '../android/state.ts';
import { KEY } from './keys.ts';
import { keyguardTree, launcherTree } from './launcher.ts';
import { findByKey, nodeAt } from './node.ts';
import type { ViewNode } from './node.ts';
import { layOut, mostScrollPx } from './screens.ts';
import type { Row } from './screens.ts';

/** What a person sees and can do: taps, swipes, keys, text. */
export interface View {
  tree(): ViewNode;
  tap(x: number, y: number): void;
  press(node: ViewNode): void;
  /** Content moves with the finger: a swipe up scrolls down. On the keyguard a swipe up unlocks. */
  swipe(fromX: number, fromY: number, toX: number, toY: number): void;
  /** Scrolls down by so many pixels (negative: up); true where it can go on in that direction. */
  scrollBy(px: number): boolean;
  setText(fieldKey: string, text: string): void;
  textOf(fieldKey: string): string;
  /** Types into the focused field, if there is one. */
  type(text: string): void;
  key(code: number): void;
}

const SYSTEM_UI = 'com.android.systemui';
const MOST_TEXT = 10_000;
const MOST_ITEMS = 20;

interface Shown {
  readonly key: string;
  readonly packageName: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

export function createView(state: AndroidState, start: (packageName: string) => void): View {
  const { parts, activities } = state;
  const values = new Map<string, string>();
  const scrolled = new Map<string, number>();
  let focusedKey: string | null = null;

  const forget = (name: string): void => {
    for (const map of [values, scrolled]) {
      for (const key of [...map.keys()]) if (key.startsWith(`${name}/`)) map.delete(key);
    }
  };
  parts.bus.on('package-stopped', ({ name }) => forget(name));
  parts.bus.on('package-removed', ({ name }) => forget(name));

  const shown = (): Shown | null => {
    const top = activities.top();
    const record = top && state.packages.get(top.task.packageName);
    if (!top || !record) return null;
    const key = `${record.name}/${top.entry.id}`;
    const screen = record.behaviour?.screens.find((one) => one.id === top.entry.screen);
    if (screen) {
      const rows = scriptedRows(record.name, screen, record.behaviour?.screens ?? []);
      return { key: `${key}/${screen.id}`, packageName: record.name, title: screen.title, rows };
    }
    const others = record.facts.components.filter((one) => one.kind === 'activity' && one.name !== top.entry.activity);
    const rows: Row[] = [
      { kind: 'text', text: simpleName(top.entry.activity), resourceId: `${record.name}:id/activity_name` },
      ...others.slice(0, MOST_ITEMS).map((one) => ({
        kind: 'item' as const,
        text: simpleName(one.name),
        resourceId: 'android:id/text1',
        press: () => activities.open(one.name, null),
      })),
    ];
    return { key, packageName: record.name, title: labelOf(record), rows };
  };

  const scriptedRows = (
    packageName: string,
    screen: Behaviour['screens'][number],
    screens: Behaviour['screens'],
  ): Row[] => {
    const id = (name: string): string => `${packageName}:id/${name}`;
    const pressButton = (index: number): void => {
      parts.bus.emit('button-pressed', { packageName, screen: screen.id, button: index });
      const target = screens.find((one) => one.id === screen.buttons[index]?.goto);
      if (target) activities.open(target.activity ?? activities.front().activity, target.id);
    };
    return [
      ...screen.texts.map((text, index) => ({ kind: 'text' as const, text, resourceId: id(`text_${index}`) })),
      ...screen.fields.map((field, index) => ({
        kind: 'field' as const,
        text: '',
        hint: field.hint,
        password: field.password,
        resourceId: id(`field_${index}`),
      })),
      ...screen.buttons.map((button, index) => ({
        kind: 'button' as const,
        text: button.text,
        resourceId: id(`button_${index}`),
        press: () => pressButton(index),
      })),
    ];
  };

  const tree = (): ViewNode => {
    if (parts.power.locked || !parts.power.screenOn) {
      return keyguardTree(localTime(parts.clock.nowMs(), parts.properties).slice(11, 16), SYSTEM_UI);
    }
    const now = shown();
    if (now) {
      const scrolledPx = scrolled.get(now.key) ?? 0;
      return layOut({ ...now, scrolledPx, focusedKey, valueOf: (key) => values.get(key) ?? '' });
    }
    const icons = state.packages
      .list()
      .filter((one) => one.enabled < 2 && launchActivity(one) !== null)
      .map((one) => ({ packageName: one.name, label: labelOf(one), start: () => start(one.name) }));
    return launcherTree(icons);
  };

  const scrollBy = (px: number): boolean => {
    const now = shown();
    if (!now || parts.power.locked || !parts.power.screenOn) return false;
    const most = mostScrollPx(now.rows);
    const next = Math.min(most, Math.max(0, (scrolled.get(now.key) ?? 0) + Math.round(px)));
    scrolled.set(now.key, next);
    return px >= 0 ? next < most : next > 0;
  };

  const press = (node: ViewNode): void => {
    if (!parts.power.screenOn) return;
    if (node.editable) focusedKey = node.key;
    node.press?.();
  };

  const setText = (fieldKey: string, text: string): void => {
    focusedKey = fieldKey;
    values.set(fieldKey, text.slice(0, MOST_TEXT));
  };

  const edit = (change: (old: string) => string): void => {
    if (focusedKey !== null && findByKey(tree(), focusedKey)) setText(focusedKey, change(values.get(focusedKey) ?? ''));
  };

  return {
    tree,
    press,
    scrollBy,
    setText,
    textOf: (fieldKey) => values.get(fieldKey) ?? '',
    type: (text) => edit((old) => old + text),
    tap(x, y) {
      const node = nodeAt(tree(), x, y);
      if (node) press(node);
    },
    swipe(fromX, fromY, toX, toY) {
      if (!parts.power.screenOn) return;
      const upPx = fromY - toY;
      if (parts.power.locked) {
        if (upPx > 200 && upPx > Math.abs(fromX - toX)) parts.power.unlock();
      } else scrollBy(upPx);
    },
    key(code) {
      if (code === KEY.POWER) parts.power.setScreen(!parts.power.screenOn);
      else if (code === KEY.WAKEUP) parts.power.setScreen(true);
      else if (code === KEY.SLEEP || code === KEY.SOFT_SLEEP) parts.power.setScreen(false);
      else if (!parts.power.screenOn) return;
      else if (code === KEY.MENU) parts.power.unlock();
      else if (parts.power.locked) return;
      else if (code === KEY.HOME) activities.home();
      else if (code === KEY.BACK) activities.back();
      else if (code === KEY.DEL) edit((old) => old.slice(0, -1));
      else if (code === KEY.SPACE) edit((old) => `${old} `);
      else if (code >= KEY.A && code <= KEY.Z) edit((old) => old + String.fromCharCode(97 + code - KEY.A));
      else if (code >= KEY.DIGIT_0 && code <= KEY.DIGIT_9) edit((old) => old + String(code - KEY.DIGIT_0));
    },
  };
}

function simpleName(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1);
}
