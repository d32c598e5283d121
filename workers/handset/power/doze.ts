import type { DeviceClock, Power } from '../system.ts';

const MINUTE = 60_000;

/**
 * Times of Doze in device time, as AOSP DeviceIdleController.Constants has them (android14). A maintenance window runs
 * for its whole budget here; the platform may end it early once nothing runs any more.
 */
export const DOZE_TIMES = {
  inactiveMs: 30 * MINUTE,
  idleAfterInactiveMs: 30 * MINUTE,
  sensingMs: 4 * MINUTE,
  locatingMs: 30_000,
  idleMs: 60 * MINUTE,
  mostIdleMs: 6 * 60 * MINUTE,
  maintenanceMs: 5 * MINUTE,
  mostMaintenanceMs: 10 * MINUTE,
  lightIdleMs: 5 * MINUTE,
  mostLightIdleMs: 15 * MINUTE,
  lightMaintenanceMs: 1 * MINUTE,
} as const;

export type DeepState = Power['deepIdle'];
export type LightState = Power['lightIdle'];
export type DozeEvent = 'normal' | 'light-idle' | 'light-maint' | 'deep-idle' | 'deep-maint';

/** What lets the device doze: the screen is off and nothing charges it. */
export interface Inactivity {
  readonly screenOn: boolean;
  readonly charging: boolean;
}

/** The state machines of deep and light Doze. Everything is stepped by timers in device time, or by the shell. */
export class Doze {
  deep: DeepState = 'ACTIVE';
  light: LightState = 'ACTIVE';
  deepEnabled = true;
  lightEnabled = true;
  forced = false;
  /** Elapsed device time of the next step of deep Doze, or null. */
  nextDeepAtMs: number | null = null;
  nextLightAtMs: number | null = null;
  readonly history: { atMs: number; event: DozeEvent; reason: string | null }[] = [];
  readonly #clock: DeviceClock;
  readonly #inactivity: () => Inactivity;
  readonly #changed: () => void;
  readonly #lightAfterMs: number;
  #cancelDeep: (() => void) | null = null;
  #cancelLight: (() => void) | null = null;
  #nextIdleMs: number = DOZE_TIMES.idleMs;
  #nextMaintenanceMs: number = DOZE_TIMES.maintenanceMs;
  #nextLightIdleMs: number = DOZE_TIMES.lightIdleMs;

  constructor(clock: DeviceClock, apiLevel: number, inactivity: () => Inactivity, changed: () => void) {
    this.#clock = clock;
    this.#inactivity = inactivity;
    this.#changed = changed;
    // light_idle_after_inactive_timeout: 3 min up to Android 10, 4 min since 11.
    this.#lightAfterMs = apiLevel >= 30 ? 4 * MINUTE : 3 * MINUTE;
  }

  /** Screen or charging changed: leaves Doze, or begins the way into it. A forced Doze stays. */
  update(reason: string): void {
    const { screenOn, charging } = this.#inactivity();
    if (this.forced) return;
    if (screenOn || charging) this.#becomeActive(reason);
    else this.#becomeInactive();
  }

  stepDeep(): DeepState {
    switch (this.deep) {
      case 'ACTIVE':
        break;
      case 'INACTIVE':
        this.#enterDeep('IDLE_PENDING', DOZE_TIMES.idleAfterInactiveMs);
        break;
      case 'IDLE_PENDING':
        this.#enterDeep('SENSING', DOZE_TIMES.sensingMs);
        break;
      case 'SENSING':
        this.#enterDeep('LOCATING', DOZE_TIMES.locatingMs);
        break;
      case 'LOCATING':
        this.#nextMaintenanceMs = DOZE_TIMES.maintenanceMs;
        this.#goIdle();
        break;
      case 'IDLE_MAINTENANCE':
        this.#goIdle();
        break;
      case 'IDLE':
        this.#record('deep-maint', null);
        this.#enterDeep('IDLE_MAINTENANCE', this.#nextMaintenanceMs);
        this.#nextMaintenanceMs = Math.min(this.#nextMaintenanceMs * 2, DOZE_TIMES.mostMaintenanceMs);
        break;
    }
    return this.deep;
  }

  stepLight(): LightState {
    switch (this.light) {
      case 'ACTIVE':
      case 'OVERRIDE':
        break;
      case 'INACTIVE':
        this.#nextLightIdleMs = DOZE_TIMES.lightIdleMs;
        this.#goLightIdle();
        break;
      case 'IDLE_MAINTENANCE':
        this.#goLightIdle();
        break;
      case 'IDLE':
      case 'WAITING_FOR_NETWORK':
        this.#record('light-maint', null);
        this.#enterLight('IDLE_MAINTENANCE', DOZE_TIMES.lightMaintenanceMs);
        break;
    }
    return this.light;
  }

  forceDeep(): DeepState {
    if (!this.deepEnabled) return this.deep;
    this.forced = true;
    this.#becomeInactive();
    for (let steps = 0; steps < 8 && this.deep !== 'IDLE'; steps++) this.stepDeep();
    return this.deep;
  }

  forceLight(): LightState {
    if (!this.lightEnabled) return this.light;
    this.forced = true;
    this.#becomeInactive();
    for (let steps = 0; steps < 4 && this.light !== 'IDLE' && this.light !== 'OVERRIDE'; steps++) this.stepLight();
    return this.light;
  }

  unforce(): void {
    if (!this.forced) return;
    this.forced = false;
    const { screenOn, charging } = this.#inactivity();
    if (screenOn || charging) this.#becomeActive('forced');
  }

  enable(which: 'deep' | 'light', on: boolean): void {
    if (which === 'deep') this.deepEnabled = on;
    else this.lightEnabled = on;
    if (!on) this.forced = false;
    if (!on && which === 'deep' && this.deep !== 'ACTIVE') this.#becomeActive('disabled');
    if (!on && which === 'light' && this.light !== 'ACTIVE' && this.light !== 'OVERRIDE')
      this.#enterLight('ACTIVE', null);
    this.update('enabled');
  }

  close(): void {
    this.#cancelDeep?.();
    this.#cancelLight?.();
  }

  #becomeActive(reason: string): void {
    if (this.deep === 'ACTIVE' && this.light === 'ACTIVE') return;
    this.#nextIdleMs = DOZE_TIMES.idleMs;
    this.#nextMaintenanceMs = DOZE_TIMES.maintenanceMs;
    this.#record('normal', reason);
    this.#enterLight('ACTIVE', null);
    this.#enterDeep('ACTIVE', null);
  }

  #becomeInactive(): void {
    if (this.deep === 'ACTIVE' && this.deepEnabled) {
      this.#nextIdleMs = DOZE_TIMES.idleMs;
      this.#enterDeep('INACTIVE', DOZE_TIMES.inactiveMs);
    }
    if (this.light === 'ACTIVE' && this.lightEnabled) this.#enterLight('INACTIVE', this.#lightAfterMs);
  }

  #goIdle(): void {
    this.#record('deep-idle', null);
    const forMs = this.#nextIdleMs;
    this.#nextIdleMs = Math.min(forMs * 2, DOZE_TIMES.mostIdleMs);
    // Deep Doze overrides the light one until the device is active again.
    if (this.light !== 'OVERRIDE') this.#enterLight('OVERRIDE', null);
    this.#enterDeep('IDLE', forMs);
  }

  #goLightIdle(): void {
    this.#record('light-idle', null);
    this.#enterLight('IDLE', this.#nextLightIdleMs);
    this.#nextLightIdleMs = Math.min(this.#nextLightIdleMs * 2, DOZE_TIMES.mostLightIdleMs);
  }

  #enterDeep(state: DeepState, forMs: number | null): void {
    this.#cancelDeep?.();
    this.#cancelDeep = forMs === null ? null : this.#clock.after(forMs, () => this.stepDeep());
    this.nextDeepAtMs = forMs === null ? null : this.#clock.elapsedMs() + forMs;
    this.deep = state;
    this.#changed();
  }

  #enterLight(state: LightState, forMs: number | null): void {
    this.#cancelLight?.();
    this.#cancelLight = forMs === null ? null : this.#clock.after(forMs, () => this.stepLight());
    this.nextLightAtMs = forMs === null ? null : this.#clock.elapsedMs() + forMs;
    this.light = state;
    this.#changed();
  }

  #record(event: DozeEvent, reason: string | null): void {
    this.history.push({ atMs: this.#clock.elapsedMs(), event, reason });
    if (this.history.length > 100) this.history.shift();
  }
}
