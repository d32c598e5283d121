import { textIn } from './body.ts';
import { drawPng } from './image.ts';
import { APP_HEIGHT_PX, DISPLAY } from './node.ts';
import { pageSource } from './source.ts';
import type { UiRequest, UiRoutes, UiSession } from './server.ts';
import { WebDriverError } from './web-driver-error.ts';

/** The window, the device, its keys and its clipboard. */
export const deviceRoutes: UiRoutes = {
  'GET /source': ({ session }) => pageSource(session.view.tree()),
  'GET /screenshot': ({ session }) =>
    drawPng(session.view.tree(), session.state.parts.power.screenOn).toString('base64'),
  'GET /window/current/size': () => windowSize(),
  'GET /window/*/size': () => windowSize(),
  'GET /window/rect': () => ({ x: 0, y: 0, ...windowSize() }),
  'GET /appium/device/pixel_ratio': () => DISPLAY.densityDpi / 160,
  'GET /appium/device/display_density': () => DISPLAY.densityDpi,
  'GET /appium/device/system_bars': () => ({ statusBar: DISPLAY.statusBarPx }),
  'GET /appium/device/info': ({ session }) => deviceInfo(session),
  'GET /appium/device/battery_info': ({ session }) => ({
    level: 1,
    status: session.state.parts.power.charging ? 2 : 3,
  }),
  'GET /appium/device/declared_orientation': () => 'PORTRAIT',
  'POST /appium/device/open_notifications': () => null,
  'POST /appium/device/get_clipboard': ({ session }) => session.clipboard,
  'POST /appium/device/set_clipboard': ({ session, body }) => {
    session.clipboard = textIn(body, 'content').slice(0, 100_000);
    return null;
  },
  'GET /appium/device/current_activity': ({ session }) => session.state.activities.front().activity,
  'GET /appium/device/current_package': ({ session }) => session.state.activities.front().packageName,
  'POST /appium/device/press_keycode': (request) => pressKey(request),
  'POST /appium/device/long_press_keycode': (request) => pressKey(request),
  'POST /keys': ({ session, body }) => {
    session.view.type(Array.isArray(body['value']) ? body['value'].join('') : textIn(body, 'text'));
    return null;
  },
  'POST /back': ({ session }) => {
    session.view.key(4);
    return null;
  },
  'GET /orientation': ({ session }) => session.orientation,
  'POST /orientation': ({ session, body }) => {
    const wanted = body['orientation'];
    if (wanted !== 'PORTRAIT' && wanted !== 'LANDSCAPE') {
      throw new WebDriverError('invalid argument', 'the orientation is neither PORTRAIT nor LANDSCAPE');
    }
    session.orientation = wanted;
    return wanted;
  },
  'GET /rotation': () => ({ x: 0, y: 0, z: 0 }),
  'GET /appium/settings': ({ session }) => Object.fromEntries(session.settings),
  'POST /appium/settings': ({ session, body }) => {
    const settings = body['settings'];
    if (typeof settings === 'object' && settings !== null) {
      for (const [name, value] of Object.entries(settings)) session.settings.set(name, value);
    }
    return null;
  },
  'POST /appium/reset_ax_cache': () => null,
  'POST /appium/list_windows': ({ session }) => {
    const { packageName } = session.view.tree();
    const rect = { left: 0, top: 0, right: DISPLAY.widthPx, bottom: APP_HEIGHT_PX };
    return [
      {
        windowId: 1,
        windowInfo: { windowType: 1, isActive: true, isFocused: true, layer: 0, packageName },
        packageName,
        rect,
      },
    ];
  },
  'POST /appium/list_displays': () => [
    { id: 0, physicalId: null, name: 'Built-in Screen', isDefault: true, metrics: windowSize() },
  ],
  'GET /alert/text': () => noAlert(),
  'GET /alert_text': () => noAlert(),
  'POST /alert/accept': () => noAlert(),
  'POST /alert/dismiss': () => noAlert(),
  'POST /timeouts': () => null,
};

function windowSize(): { width: number; height: number } {
  return { width: DISPLAY.widthPx, height: APP_HEIGHT_PX };
}

function noAlert(): never {
  throw new WebDriverError('no such alert', 'An attempt was made to operate on a modal dialog when one was not open');
}

function pressKey({ session, body }: UiRequest): null {
  const code = Number(body['keycode']);
  if (!Number.isInteger(code) || code < 0) throw new WebDriverError('invalid argument', 'keycode is not a number');
  session.view.key(code);
  return null;
}

function deviceInfo({ state }: UiSession): Record<string, unknown> {
  const { properties, config } = state.parts;
  return {
    androidId: state.settings.get('secure', 'android_id'),
    manufacturer: properties.get('ro.product.manufacturer'),
    model: properties.get('ro.product.model'),
    brand: properties.get('ro.product.brand'),
    apiVersion: String(config.apiLevel),
    platformVersion: properties.get('ro.build.version.release'),
    carrierName: '',
    realDisplaySize: `${DISPLAY.widthPx}x${DISPLAY.heightPx}`,
    displayDensity: DISPLAY.densityDpi,
    networks: [],
    locale: 'en_US',
    timeZone: properties.get('persist.sys.timezone') || 'UTC',
    bluetooth: null,
  };
}
