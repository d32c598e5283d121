import { setTimeout as delay } from 'node:timers/promises';
import type { SubmissionView } from '../../orchestrator/contract/api.ts';
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
