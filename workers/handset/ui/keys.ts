/** android.view.KeyEvent.KEYCODE_*, those that do something here. */
export const KEY = {
  HOME: 3,
  BACK: 4,
  DIGIT_0: 7,
  DIGIT_9: 16,
  POWER: 26,
  A: 29,
  Z: 54,
  SPACE: 62,
  ENTER: 66,
  DEL: 67,
  MENU: 82,
  APP_SWITCH: 187,
  SLEEP: 223,
  WAKEUP: 224,
  SOFT_SLEEP: 276,
} as const;

const NAMES: Readonly<Record<string, number>> = {
  HOME: KEY.HOME,
  BACK: KEY.BACK,
  POWER: KEY.POWER,
  SPACE: KEY.SPACE,
  ENTER: KEY.ENTER,
  DEL: KEY.DEL,
  MENU: KEY.MENU,
  APP_SWITCH: KEY.APP_SWITCH,
  SLEEP: KEY.SLEEP,
  WAKEUP: KEY.WAKEUP,
  SOFT_SLEEP: KEY.SOFT_SLEEP,
};

/** `3`, `HOME` or `KEYCODE_HOME`; null where it names no key. Keys that do nothing here are numbers all the same. */
export function parseKey(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text);
  const name = text.toUpperCase().replace(/^KEYCODE_/, '');
  if (/^[A-Z]$/.test(name)) return KEY.A + name.charCodeAt(0) - 65;
  if (/^[0-9]$/.test(name)) return KEY.DIGIT_0 + Number(name);
  if (/^[A-Z][A-Z0-9_]+$/.test(name)) return NAMES[name] ?? 0;
  return null;
}
