import type { InstalledPackage, Packages, SystemBus } from '../system.ts';
import { ScriptedApp, type AppParts } from './app.ts';

export type AppsParts = AppParts & { readonly bus: SystemBus; readonly packages: Packages };

const BOOT_PERMISSION = 'android.permission.RECEIVE_BOOT_COMPLETED';
const BOOT_COMPLETED = 'android.intent.action.BOOT_COMPLETED';

/** All scripted apps of the handset, kept in step with what the system says about their packages. */
export class Apps {
  readonly #parts: AppsParts;
  readonly #running = new Map<string, ScriptedApp>();
  readonly #launchedOnce = new Set<string>();

  constructor(parts: AppsParts) {
    this.#parts = parts;
  }

  start(): void {
    const { bus, power } = this.#parts;
    bus.on('package-launched', ({ name }) => this.#launch(name));
    bus.on('package-stopped', ({ name }) => this.#end(name, 'stopped'));
    bus.on('package-removed', ({ name }) => {
      this.#end(name, 'removed');
      this.#launchedOnce.delete(name);
      power.standby.forget(name);
    });
    bus.on('package-installed', (app, { replaced }) => replaced && this.#end(app.name, 'replaced'));
    bus.on('front-changed', (front) => {
      power.standby.used(front.packageName);
      this.#updateAll();
    });
    bus.on('power-changed', () => this.#updateAll());
    bus.on('process-started', (process, { reason }) => {
      const byPerson = reason === 'next-top-activity' || reason === 'activity';
      if (byPerson && process.packageName !== null) this.#launch(process.packageName);
    });
    bus.on('process-died', (process) => {
      const name = process.packageName;
      if (name !== null && this.#parts.processes.ofPackage(name).length === 0) this.#running.get(name)?.processDied();
    });
    bus.on('process-thawed', (process) => this.#running.get(process.packageName ?? '')?.thawed());
    bus.on('button-pressed', ({ packageName, screen, button }) =>
      this.#running.get(packageName)?.pressed(screen, button),
    );
    bus.on('rebooting', () => {
      for (const name of [...this.#running.keys()]) this.#end(name, 'reboot');
    });
    bus.on('booted', () => this.#afterBoot());
  }

  /** A push reached the app's receiver. */
  pushed(packageName: string): void {
    this.#running.get(packageName)?.pushed();
  }

  close(): void {
    for (const name of [...this.#running.keys()]) this.#end(name, 'shutdown');
  }

  #launch(name: string): void {
    const app = this.#parts.packages.get(name);
    if (app === undefined || app.behaviour === null) return;
    this.#parts.power.standby.used(name);
    const made = this.#begin(app);
    // The app's first code runs when its activity is in front, which it is as soon as this event is over.
    queueMicrotask(() => {
      if (this.#running.get(name) === made) made.launched();
    });
  }

  #begin(app: InstalledPackage): ScriptedApp {
    const known = this.#running.get(app.name);
    if (known !== undefined) return known;
    const made = new ScriptedApp(this.#parts, app, !this.#launchedOnce.has(app.name));
    this.#launchedOnce.add(app.name);
    this.#running.set(app.name, made);
    return made;
  }

  #end(name: string, reason: string): void {
    this.#running.get(name)?.close();
    this.#running.delete(name);
    this.#parts.alarms.removePackage(name, reason);
    this.#parts.jobs.removePackage(name);
  }

  #updateAll(): void {
    for (const app of this.#running.values()) app.update();
  }

  /** Apps with a boot receiver run again after a restart of the system, unless they are in the stopped state. */
  #afterBoot(): void {
    for (const app of this.#parts.packages.list()) {
      if (
        app.behaviour === null ||
        app.stopped ||
        !app.launchedOnce ||
        !app.facts.permissions.includes(BOOT_PERMISSION)
      )
        continue;
      const receiver = app.facts.components.find(
        (each) =>
          each.kind === 'receiver' && each.intentFilters.some((filter) => filter.actions.includes(BOOT_COMPLETED)),
      );
      if (receiver === undefined) continue;
      this.#parts.processes.ensure(app.name, 'broadcast', `${app.name}/${receiver.name}`);
      this.#begin(app).launched();
    }
  }
}
