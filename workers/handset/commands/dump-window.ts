import { longComponent } from '../android/component.ts';
import type { AndroidState } from '../android/state.ts';
import type { Dump } from '../system.ts';
import { APP_HEIGHT_PX, DISPLAY } from '../ui/node.ts';
import { activityRecord } from './dump-activity.ts';
import { identity } from './dump-package.ts';

/** `dumpsys window [displays|windows|policy]`: focus, keyguard and size, in the lines that clients read. */
export function createWindowDump(state: AndroidState): Dump {
  return (args) => {
    const [section] = args.filter((word) => !word.startsWith('-'));
    const displays = displaysText(state);
    const policy = policyText(state);
    if (section === 'displays' || section === 'd') return displays;
    if (section === 'policy' || section === 'p') return policy;
    if (section === 'windows' || section === 'w') return windowsText(state);
    return `${policy}\n${displays}\n${windowsText(state)}`;
  };
}

function focusedWindow(state: AndroidState): string {
  const { power, config } = state.parts;
  if (power.locked || !power.screenOn) {
    const name = config.apiLevel >= 30 ? 'NotificationShade' : 'StatusBar';
    return `Window{${identity(name)} u0 ${name}}`;
  }
  const front = state.activities.front();
  const name = longComponent({ packageName: front.packageName, className: front.activity });
  return `Window{${identity(name)} u0 ${name}}`;
}

function focusedApp(state: AndroidState): string {
  const front = state.activities.front();
  const record = activityRecord(front.packageName, front.activity, state.activities.top()?.task.id ?? 1);
  // Before Android 10 the window manager wrapped the record in a token.
  return state.parts.config.apiLevel >= 29
    ? record
    : `AppWindowToken{${identity(record)} token=Token{${identity(`t${record}`)} ${record}}}`;
}

function size(state: AndroidState): { width: number; height: number; dpi: number } {
  const [width, height] = (state.settings.get('global', 'display_size_forced') ?? '').split(',').map(Number);
  const dpi = Number(state.settings.get('secure', 'display_density_forced'));
  return { width: width || DISPLAY.widthPx, height: height || DISPLAY.heightPx, dpi: dpi || DISPLAY.densityDpi };
}

function displaysText(state: AndroidState): string {
  const { width, height, dpi } = size(state);
  return [
    'WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)',
    '  Display: mDisplayId=0',
    `    init=${DISPLAY.widthPx}x${DISPLAY.heightPx} ${DISPLAY.densityDpi}dpi cur=${width}x${height} app=${width}x${APP_HEIGHT_PX} rng=${width}x${width}-${height}x${height} dpi=${dpi}`,
    '    deferred=false mLayoutNeeded=false mTouchExcludeRegion=SkRegion()',
    `  mCurrentFocus=${focusedWindow(state)}`,
    `  mFocusedApp=${focusedApp(state)}`,
    '',
  ].join('\n');
}

function policyText(state: AndroidState): string {
  const { power } = state.parts;
  const keyguard = power.locked;
  return [
    'WINDOW MANAGER POLICY STATE (dumpsys window policy)',
    `    mAwake=${power.screenOn} mScreenOnEarly=${power.screenOn} mScreenOnFully=${power.screenOn}`,
    `    mShowingLockscreen=${keyguard} mShowingDream=false mDreamingLockscreen=${keyguard && power.screenOn}`,
    '    KeyguardServiceDelegate',
    `      showing=${keyguard}`,
    `      showingAndNotOccluded=${keyguard}`,
    '      secure=false',
    `      screenState=SCREEN_STATE_${power.screenOn ? 'ON' : 'OFF'}`,
    `      interactiveState=INTERACTIVE_STATE_${power.screenOn ? 'AWAKE' : 'SLEEP'}`,
    '      KeyguardStateMonitor',
    `        mIsShowing=${keyguard}`,
    '        mSimSecure=false',
    `        mInputRestricted=${keyguard}`,
    '',
  ].join('\n');
}

function windowsText(state: AndroidState): string {
  const front = state.activities.front();
  const window = `Window{${identity(front.activity)} u0 ${longComponent({ packageName: front.packageName, className: front.activity })}}`;
  return [
    'WINDOW MANAGER WINDOWS (dumpsys window windows)',
    `  Window #0 ${window}:`,
    `    mDisplayId=0 rootTaskId=1 mSession=Session{${identity(front.packageName)}} package=${front.packageName} appop=NONE`,
    `  mCurrentFocus=${focusedWindow(state)}`,
    `  mFocusedApp=${focusedApp(state)}`,
    '',
  ].join('\n');
}
