import { duration } from '../android/device-time.ts';
import type { AndroidState } from '../android/state.ts';
import type { Dumps } from '../system.ts';
import { APP_HEIGHT_PX, DISPLAY } from '../ui/node.ts';

/** Dumps of services that clients only glance at. */
export function createSmallDumps(state: AndroidState): Dumps {
  const { clock } = state.parts;
  return {
    power: () => {
      const { power } = state.parts;
      const wake = state.parts.power.screenOn ? 'Awake' : 'Asleep';
      return [
        'POWER MANAGER (dumpsys power)',
        '',
        'Power Manager State:',
        '  mDirty=0x0',
        `  mWakefulness=${wake}`,
        '  mWakefulnessChanging=false',
        `  mIsPowered=${power.charging}`,
        `  mPlugType=${power.charging ? 1 : 0}`,
        '  mBatteryLevel=100',
        `  mStayOn=false`,
        `  mDeviceIdleMode=${power.deepIdle === 'IDLE'}`,
        `  mLightDeviceIdleMode=${power.lightIdle === 'IDLE' || power.lightIdle === 'OVERRIDE'}`,
        `  mHoldingDisplaySuspendBlocker=${power.screenOn}`,
        '',
        'Wake Locks: size=0',
        `Display Power: state=${power.screenOn ? 'ON' : 'OFF'}`,
        '',
      ].join('\n');
    },
    input_method: () => {
      const { power } = state.parts;
      const method = state.settings.get('secure', 'default_input_method') ?? '';
      return [
        'Current Input Method Manager state:',
        '  Input Methods: mMethodMapUpdateCount=1',
        `  mCurMethodId=${method}`,
        '  mInputShown=false',
        `  mCurFocusedWindow=null`,
        `  mInteractive=${power.screenOn} mSystemReady=true screenOn=${power.screenOn}`,
        '',
      ].join('\n');
    },
    input: () =>
      [
        'INPUT MANAGER (dumpsys input)',
        `  Viewport INTERNAL: displayId=0, orientation=0, logicalFrame=[0, 0, ${DISPLAY.widthPx}, ${DISPLAY.heightPx}]`,
        '  SurfaceOrientation: 0',
        '',
      ].join('\n'),
    display: () => {
      const { power } = state.parts;
      return [
        'DISPLAY MANAGER (dumpsys display)',
        `  mGlobalDisplayState=${power.screenOn ? 'ON' : 'OFF'}`,
        `  mScreenState=${power.screenOn ? 'ON' : 'OFF'}`,
        `  mBaseDisplayInfo=DisplayInfo{"Built-in Screen", displayId 0, real ${DISPLAY.widthPx} x ${DISPLAY.heightPx}, app ${DISPLAY.widthPx} x ${APP_HEIGHT_PX}, density ${DISPLAY.densityDpi}, rotation 0, state ${power.screenOn ? 'ON' : 'OFF'}}`,
        '',
      ].join('\n');
    },
    cpuinfo: () => {
      const lines = state.processes
        .list()
        .filter((one) => one.packageName !== null)
        .map((one) => `  0% ${one.pid}/${one.name}: 0% user + 0% kernel`);
      return `Load: 0.0 / 0.0 / 0.0\nCPU usage from 60000ms to 0ms ago:\n${lines.join('\n')}\n0.1% TOTAL: 0% user + 0% kernel\n`;
    },
    meminfo: (args) => {
      const name = args.find((word) => !word.startsWith('-'));
      const found = state.processes
        .list()
        .filter(
          (one) => one.packageName !== null && (name === undefined || one.name === name || String(one.pid) === name),
        );
      if (name !== undefined && found.length === 0) return `No process found for: ${name}\n`;
      const uptime = Math.round(clock.elapsedMs());
      const head = `Applications Memory Usage (in Kilobytes):\nUptime: ${uptime} Realtime: ${uptime}\n\n`;
      return `${head}Total PSS by process:\n${found.map((one) => `     90,000K: ${one.name} (pid ${one.pid})\n`).join('')}`;
    },
    user: () =>
      'Current user: 0\nUsers:\n  UserInfo{0:Owner:c13} serialNo=0 isPrimary=true\n    State: RUNNING_UNLOCKED\n',
    uimode: () => 'Current UI Mode Service state:\n  mNightMode=1 (no)\n',
    notification: () => 'Current Notification Manager state:\n  Notification List:\n',
    appops: () => 'Current AppOps Service state:\n',
    uptime: () => `${duration(clock.elapsedMs())}\n`,
    SurfaceFlinger: () => 'Visible layers (count = 1)\n',
    gfxinfo: (args) =>
      `Applications Graphics Acceleration Info:\nUptime: ${Math.round(clock.elapsedMs())}\n${args[0] === undefined ? '' : `No process found for: ${args[0]}\n`}`,
    account: () => 'User UserInfo{0:Owner:c13}:\n  Accounts: 0\n',
    telecom: () => 'CallsManager:\n  mCallStates: \n',
    dropbox: () => 'Drop box contents: 0 entries\n',
  };
}
