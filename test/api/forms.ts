import { setTimeout as delay } from 'node:timers/promises';
import type { SubmissionView } from '../../orchestrator/contract/api.ts';
import type { StageContext } from '../../orchestrator/store/stage.ts';
import type { FakeApk } from './fake-worker.ts';
import type { Guest } from './stand.ts';

/** A form with fake APKs, fields before or after the files as they are given. */
export function formOf(
  ...parts: readonly (readonly [string, string | Blob] | readonly ['apk', FakeApk, string?])[]
): FormData {
  const form = new FormData();
  for (const [name, value, fileName] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else if (value instanceof Blob) form.append(name, value, fileName ?? 'app.apk');
    else form.append(name, new Blob([JSON.stringify(value)]), fileName ?? 'app.apk');
  }
  return form;
}

let salts = 0;

/** An APK that no other test has. */
export function freshApk(apk: FakeApk = {}): FakeApk {
  salts += 1;
  return { ...apk, salt: `${process.pid}-${salts}` };
}

export async function submit(
  guest: Guest,
  apk: FakeApk = freshApk(),
  fields: Record<string, string> = {},
): Promise<SubmissionView> {
  const form = formOf(['apk', apk], ...Object.entries(fields));
  const { status, body } = await guest.json<SubmissionView>('/api/v1/submissions', { method: 'POST', body: form });
  if (status !== 201 && status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
}

/** The submission once it has ended. */
export async function ended(guest: Guest, id: string): Promise<SubmissionView> {
  for (let tries = 0; tries < 600; tries += 1) {
    const { body } = await guest.json<SubmissionView>(`/api/v1/submissions/${id}`);
    if (['done', 'failed', 'cancelled'].includes(body.state)) return body;
    await delay(50);
  }
  throw new Error(`${id} did not end`);
}

export function postJson(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Sessions of the fake worker that last until they are aborted, for the submissions that a test names. */
export function held() {
  let waiting: { began: () => void; letGo: () => void; named: Promise<string> } | null = null;
  return {
    examining: async (submission: string, { signal }: StageContext): Promise<void> => {
      const mine = waiting;
      if (mine === null || (await mine.named) !== submission) return;
      waiting = null;
      mine.began();
      await new Promise<void>((_resolve, reject) => {
        const end = (): void => {
          mine.letGo();
          reject(signal.reason as Error);
        };
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      });
    },
    next(): { hold: (id: string) => void; began: Promise<void>; letGo: Promise<void> } {
      const [named, hold] = settled<string>();
      const [began, begin] = settled<void>();
      const [letGo, release] = settled<void>();
      waiting = { named, began: begin, letGo: release };
      return { hold, began, letGo };
    },
  };
}

function settled<Value>(): [Promise<Value>, (value: Value) => void] {
  let settle: (value: Value) => void = () => undefined;
  return [new Promise<Value>((resolve) => (settle = resolve)), (value) => settle(value)];
}
