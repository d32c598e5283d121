import type { InstalledPackage } from '../system.ts';
import { AppClient, type ClientParts } from './client.ts';
import { runnerOf, type RunnerParts, type ScheduleRunner } from './schedule-runner.ts';
import { plainWish, type Wish } from './wish.ts';

/** What a running app asks Play Services for. */
export interface PushRegistrar {
  /** The app has its installation id; Play Services registers it with its own server. */
  register(packageName: string): void;
}

export type AppParts = ClientParts & RunnerParts & { readonly registrar: () => PushRegistrar };

/** Device time after the launch at which the Firebase SDK asks for an installation id. */
const REGISTER_AFTER_MS = 1500;
const INSTALLATIONS = 'https://firebaseinstallations.googleapis.com/v1/projects/sleeptalk-sample/installations';

/** A scripted app from its first launch until it is stopped, updated or removed. */
export class ScriptedApp {
  readonly app: InstalledPackage;
  readonly #parts: AppParts;
  readonly #client: AppClient;
  readonly #runners: readonly ScheduleRunner[];
  readonly #timers = new Set<() => void>();

  constructor(parts: AppParts, app: InstalledPackage, firstLaunch: boolean) {
    this.#parts = parts;
    this.app = app;
    this.#client = new AppClient(parts, app.name, app.uid);
    const indices = (app.behaviour?.schedules ?? []).map((_, index) => index);
    this.#runners = indices.flatMap((index) => runnerOf(parts, app, index, this.#client) ?? []);
    if (firstLaunch && app.behaviour?.registersForPush === true) this.#later(REGISTER_AFTER_MS, () => this.#register());
  }

  launched(): void {
    for (const runner of this.#runners) runner.launched();
  }

  /** Alarms and jobs live on in the system; only what hangs on a process waits for the next launch. */
  update(): void {
    for (const runner of this.#runners) runner.update();
  }

  processDied(): void {
    this.#client.dropConnections();
    for (const runner of this.#runners) runner.processDied();
  }

  thawed(): void {
    for (const runner of this.#runners) runner.thawed();
  }

  pressed(screenId: string, buttonIndex: number): void {
    const screen = this.app.behaviour?.screens.find((each) => each.id === screenId);
    const wanted = screen?.buttons[buttonIndex]?.request;
    if (wanted !== undefined) this.#perform(plainWish('button', wanted.url, wanted));
  }

  /** A push was handed to the app's receiver. */
  pushed(): void {
    for (const each of this.app.behaviour?.onPush ?? []) {
      this.#later(each.afterSeconds * 1000, () => {
        if (this.#parts.processes.ofPackage(this.app.name).length > 0) this.#perform(plainWish('push', each.url, each));
      });
    }
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    for (const runner of this.#runners) runner.close();
    this.#client.close();
  }

  #register(): void {
    const { name, facts } = this.app;
    const headers = {
      'X-Android-Package': name,
      'X-Android-Cert': (facts.certificates[0]?.sha256 ?? '').slice(0, 40).toUpperCase(),
      'x-goog-api-key': 'sleeptalk-sample',
    };
    const wish = plainWish('registration', INSTALLATIONS, {
      method: 'POST',
      requestBytes: 132,
      responseBytes: 620,
      headers,
    });
    if (wish === null) return;
    void this.#client.perform(wish).then(() => this.#parts.registrar().register(name));
  }

  #perform(wish: Wish | null): void {
    if (wish === null) this.#client.log('W', 'java.net.MalformedURLException');
    else void this.#client.perform(wish);
  }

  #later(deviceMs: number, run: () => void): void {
    const cancel = this.#parts.clock.after(deviceMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }
}
