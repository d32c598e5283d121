import type { CoverageRecord, Fields } from '../../orchestrator/contract/capture.ts';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { AppDriver } from './app-driver.ts';
import { answerPermission, syntheticText } from './dialog.ts';
import { seededChoice, type Choice } from './random.ts';
import { readScreen, signature, type Screen, type Widget } from './screen.ts';

/** A coverage record without its time. */
export type Coverage = Fields<CoverageRecord>;

export interface ExploreOptions {
  readonly packageName: string;
  readonly activitiesDeclared: number;
  readonly seed: number;
  readonly mostActions: number;
  /** Host milliseconds after which no further action is begun. */
  readonly mostMs: number;
  readonly nowMs: () => number;
  /** When aborted, no further action is begun and what was seen so far is the result. */
  readonly until?: AbortSignal;
  /** When aborted, the walk throws. */
  readonly signal: AbortSignal;
  /** Told of each screen of the app that was not seen before, while it shows. */
  readonly onNewScreen?: () => Promise<void>;
  /** Told after each action. */
  readonly onAction?: (actions: number, screens: number) => void;
}

const MOST_ERRORS = 20;
const MOST_ERRORS_IN_A_ROW = 4;
const MOST_TRIES_OF_A_WIDGET = 2;

/**
 * Walks through an app: what was not tried yet comes first, in the order of the seed; out of the app it goes back;
 * fields get synthetic data, permission dialogs an answer by the seed. Bounded by actions and time. Errors of the
 * tool are recorded, not thrown: they belong to the measurement, not to the app. Only an abort throws.
 */
export async function explore(driver: AppDriver, options: ExploreOptions): Promise<Coverage> {
  const walk = new Walk(driver, options);
  const endMs = options.nowMs() + options.mostMs;
  let failures = 0;
  const mayGoOn = (): boolean =>
    walk.actions < options.mostActions &&
    options.nowMs() < endMs &&
    failures < MOST_ERRORS_IN_A_ROW &&
    options.until?.aborted !== true;
  while (mayGoOn()) {
    options.signal.throwIfAborted();
    try {
      const goesOn = await walk.step();
      failures = 0;
      if (!goesOn) break;
      options.onAction?.(walk.actions, walk.screens.size);
    } catch (error) {
      options.signal.throwIfAborted();
      failures += 1;
      walk.note(error);
    }
  }
  return {
    activitiesSeen: [...walk.activities].sort(),
    activitiesDeclared: options.activitiesDeclared,
    screensSeen: walk.screens.size,
    actions: walk.actions,
    errors: walk.errors,
  };
}

/** What the walk remembers: the screens and activities seen, and how often each widget was tried on each screen. */
class Walk {
  actions = 0;
  readonly screens = new Set<string>();
  readonly activities = new Set<string>();
  readonly errors: string[] = [];
  readonly #tries = new Map<string, number>();
  readonly #driver: AppDriver;
  readonly #packageName: string;
  readonly #choice: Choice;
  readonly #onNewScreen: ExploreOptions['onNewScreen'];
  #outside = 0;
  #exhausted = 0;

  constructor(driver: AppDriver, options: ExploreOptions) {
    this.#driver = driver;
    this.#packageName = options.packageName;
    this.#choice = seededChoice(options.seed);
    this.#onNewScreen = options.onNewScreen;
  }

  note(error: unknown): void {
    if (this.errors.length >= MOST_ERRORS) return;
    this.errors.push(printable(error instanceof Error ? error.message : String(error), 300));
  }

  /** One look and one action; false where nothing is left to try. */
  async step(): Promise<boolean> {
    const screen = readScreen(await this.#driver.source());
    const button = answerPermission(screen, this.#choice.coin(0.5));
    if (button !== null) return this.#act(() => this.#driver.tap(button.center.x, button.center.y));
    if (!screen.widgets.some((widget) => widget.packageName === this.#packageName)) return this.#comeBack();

    this.#outside = 0;
    if (!this.screens.has(screen.id)) await this.#onNewScreen?.();
    this.screens.add(screen.id);
    await this.#noteActivity();
    const widget = this.#choose(screen);
    if (widget === null) return this.#retreat();
    this.#exhausted = 0;
    this.#tries.set(key(screen, widget), (this.#tries.get(key(screen, widget)) ?? 0) + 1);
    if (!widget.editable) return this.#act(() => this.#driver.tap(widget.center.x, widget.center.y));
    const field = screen.fields.indexOf(widget);
    return this.#act(() => this.#driver.type(field, syntheticText(widget)));
  }

  /** Among the least tried widgets of the app one by the seed; null where all were tried often enough. */
  #choose(screen: Screen): Widget | null {
    const usable = screen.widgets.filter(
      (widget) => widget.packageName === this.#packageName && widget.enabled && (widget.clickable || widget.editable),
    );
    const tries = (widget: Widget): number => this.#tries.get(key(screen, widget)) ?? 0;
    const least = Math.min(...usable.map(tries));
    const [first, ...others] = usable.filter((widget) => tries(widget) === least);
    if (first === undefined) return null;
    const most = first.editable ? 1 : MOST_TRIES_OF_A_WIDGET;
    return least >= most ? null : this.#choice.pick([first, ...others]);
  }

  /** The app is not in front: back, and if that does not help, to the app again; twice in vain ends the walk. */
  async #comeBack(): Promise<boolean> {
    this.#outside += 1;
    if (this.#outside > 4) {
      this.note(new Error(`${this.#packageName} does not come to the front again`));
      return false;
    }
    return this.#act(() => (this.#outside <= 1 ? this.#driver.back() : this.#driver.activate()));
  }

  /** Nothing new here: back; after the third screen in a row without anything new the walk is at its end. */
  async #retreat(): Promise<boolean> {
    this.#exhausted += 1;
    if (this.#exhausted > 3) return false;
    return this.#act(() => this.#driver.back());
  }

  async #noteActivity(): Promise<void> {
    const activity = await this.#driver.activity();
    if (activity?.startsWith(`${this.#packageName}/`) !== true || this.activities.size >= 500) return;
    this.activities.add(printable(fullName(activity), 200));
  }

  async #act(action: () => Promise<void>): Promise<true> {
    this.actions += 1;
    await action();
    return true;
  }
}

function key(screen: Screen, widget: Widget): string {
  return `${screen.id}|${signature(widget)}|${widget.resourceId === '' && widget.text === '' ? widget.center.y : ''}`;
}

/** `pkg/.Main` -> `pkg.Main`, as the manifest names it in full. */
function fullName(component: string): string {
  const [packageName = '', name = ''] = component.split('/');
  return name.startsWith('.') ? packageName + name : name;
}
