import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhaseName } from '../orchestrator/contract/capture.ts';
import { shrinkScreenshot } from './drive/thumbnail.ts';

/** One picture of the device's screen, made small. */
export interface ScreenShot {
  /** `screens/001.png`: its place in the evidence bundle. */
  readonly name: string;
  readonly png: Buffer;
  /** Device time of the session. */
  readonly atMs: number;
  readonly phase: PhaseName | null;
}

/** The pictures of one device session; disposing waits for the last of them. */
export interface ScreenRoll extends AsyncDisposable {
  /** Takes a picture where there is room for one. Never rejects: a picture that failed is an event of the capture. */
  take(phase: PhaseName): Promise<void>;
}

export interface ScreenRollOptions {
  /** Of the evidence bundle; pictures lie in `screens` below it. */
  readonly directory: string;
  readonly screenshot: () => Promise<Buffer>;
  readonly nowMs: () => number;
  readonly event: (kind: string, detail: string) => void;
  /** Told of each picture after it lies in the bundle. */
  readonly keep: (screen: ScreenShot) => Promise<void>;
  readonly most?: number;
}

export const MOST_SCREEN_BYTES = 200_000;
const MOST_SCREENS = 40;
/** Room that the exploration leaves to the phases after it. */
const RESERVED = 6;

export function openScreenRoll(options: ScreenRollOptions): ScreenRoll {
  const { directory, screenshot, nowMs, event, keep, most = MOST_SCREENS } = options;
  const folder = join(directory, 'screens');
  let count = 0;
  let previous: Buffer | null = null;
  let last: Promise<void> = Promise.resolve();

  async function takeOne(phase: PhaseName): Promise<void> {
    if (count >= (phase === 'foreground' ? most - RESERVED : most)) return;
    const atMs = nowMs();
    const png = shrinkScreenshot(await screenshot(), MOST_SCREEN_BYTES);
    if (phase === 'foreground' && previous?.equals(png) === true) return; // a phase is shown even where nothing moved
    previous = png;
    count += 1;
    const name = `screens/${String(count).padStart(3, '0')}.png`;
    await mkdir(folder, { recursive: true });
    await writeFile(join(directory, name), png, { flag: 'wx' });
    await keep({ name, png, atMs, phase });
  }

  return {
    take(phase) {
      last = last.then(() =>
        takeOne(phase).catch((error: unknown) => {
          event('screen-failed', error instanceof Error ? error.message : String(error));
        }),
      );
      return last;
    },
    [Symbol.asyncDispose]: () => last,
  };
}
