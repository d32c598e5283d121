import type { Base, Front, Packages, Power, Services, StandbyBucket } from '../system.ts';
import { Allowlist, type AllowReason } from './allowlist.ts';
import { batteryCommand, CHARGING_FROM_MAINS, isPowered, type Battery } from './battery.ts';
import { Doze } from './doze.ts';
import { Standby } from './standby.ts';

/** What power must know of the other parts; read only after all of them are bound. */
export interface PowerNeeds extends Pick<Base, 'clock' | 'bus' | 'config'> {
  readonly packages: Packages;
  readonly services: Services;
  readonly front: () => Front | null;
}

/** Screen, keyguard, battery, Doze, allow-lists and standby buckets of the handset. */
export class DevicePower implements Power {
  readonly doze: Doze;
  readonly allowlist: Allowlist;
  readonly standby: Standby;
  readonly #parts: PowerNeeds;
  #screenOn = true;
  #locked = false;
  #battery: Battery = CHARGING_FROM_MAINS;
  #hardware: Battery = CHARGING_FROM_MAINS;

  constructor(parts: PowerNeeds) {
    this.#parts = parts;
    const changed = (): void => void parts.bus.emit('power-changed');
    const inactivity = (): { screenOn: boolean; charging: boolean } => this;
    this.doze = new Doze(parts.clock, parts.config.apiLevel, inactivity, changed);
    this.allowlist = new Allowlist(parts.clock, changed);
    this.standby = new Standby(parts.clock, parts.config.apiLevel);
  }

  get screenOn(): boolean {
    return this.#screenOn;
  }

  get locked(): boolean {
    return this.#locked;
  }

  get charging(): boolean {
    return isPowered(this.#battery);
  }

  get deepIdle(): Power['deepIdle'] {
    return this.doze.deep;
  }

  get lightIdle(): Power['lightIdle'] {
    return this.doze.light;
  }

  /** Either Doze holds back network, jobs and ordinary alarms now; maintenance windows do not. */
  get idling(): boolean {
    return this.doze.deep === 'IDLE' || (this.doze.deep !== 'IDLE_MAINTENANCE' && this.doze.light === 'IDLE');
  }

  get battery(): Battery {
    return this.#battery;
  }

  setScreen(on: boolean): void {
    if (on === this.#screenOn) return;
    this.#screenOn = on;
    // The image has a swipe keyguard without a delay: it is there as soon as the screen is off.
    if (!on) this.#locked = true;
    this.doze.update('screen');
    this.#parts.bus.emit('power-changed');
  }

  unlock(): boolean {
    if (!this.#screenOn) return false;
    if (this.#locked) {
      this.#locked = false;
      const front = this.#parts.front();
      if (front !== null) this.standby.used(front.packageName);
      this.#parts.bus.emit('power-changed');
    }
    return true;
  }

  /** `dumpsys battery ARGS…`: returns its text. */
  batteryShell(args: readonly string[]): string {
    const answer = batteryCommand(this.#battery, this.#hardware, args, this.#parts.config.apiLevel);
    this.#setBattery(answer.battery);
    return answer.text;
  }

  /** What the emulator console's `power` commands change: the hardware, seen unless updates are stopped. */
  setHardware(change: Partial<Battery>): void {
    this.#hardware = { ...this.#hardware, ...change };
    if (!this.#battery.updatesStopped) this.#setBattery(this.#hardware);
  }

  bucket(packageName: string): StandbyBucket {
    if (this.allowlist.system.has(packageName) || this.allowlist.user.has(packageName)) return 5;
    if (this.#parts.packages.get(packageName)?.system === true) return 5;
    if (this.isForeground(packageName)) this.standby.used(packageName);
    return this.standby.bucket(packageName);
  }

  setBucket(packageName: string, bucket: StandbyBucket): void {
    this.standby.set(packageName, bucket);
    this.#parts.bus.emit('power-changed');
  }

  allowTemporarily(uid: number, forMs: number, reason: AllowReason): void {
    this.allowlist.allow(uid, forMs, reason);
  }

  /** The person sees the app: it is in front, the screen is on and nothing is locked. */
  isForeground(packageName: string): boolean {
    return this.#screenOn && !this.#locked && this.#parts.front()?.packageName === packageName;
  }

  /** Not held back by Doze at this moment: listed, or doing something that the person notices. */
  isExempt(uid: number): boolean {
    const names = this.#parts.packages.byUid(uid).map((each) => each.name);
    if (uid < 10_000 || this.allowlist.isAllowed(uid, names)) return true;
    // NetworkPolicyManagerService: foreground and foreground-service processes pass the dozable chain.
    return names.some((name) => this.isForeground(name) || this.#hasForegroundService(name));
  }

  /**
   * Why a uid has no network now, or null where it has. Doze closes it for everyone who is not exempt; app standby for
   * apps of the rare bucket and below while the device is not charging.
   */
  networkBlock(uid: number): 'doze' | 'standby' | null {
    if (uid < 10_000 || uid >= 90_000) return null;
    if (this.isExempt(uid)) return null;
    if (this.idling) return 'doze';
    const names = this.#parts.packages.byUid(uid).map((each) => each.name);
    const idle = names.length > 0 && names.every((name) => this.bucket(name) >= 40);
    return idle && !this.charging ? 'standby' : null;
  }

  close(): void {
    this.doze.close();
  }

  #hasForegroundService(packageName: string): boolean {
    return this.#parts.services.running(packageName).some((each) => each.foregroundTypes !== null);
  }

  #setBattery(battery: Battery): void {
    const was = this.charging;
    this.#battery = battery;
    if (was === this.charging) return;
    this.doze.update('charging');
    this.#parts.bus.emit('power-changed');
  }
}
