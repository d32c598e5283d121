import type { ReportView, SubmissionView } from '../../orchestrator/contract/api.ts';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import type { Allowance, Review } from '../../orchestrator/contract/review.ts';
import type { SignedIn } from '../../orchestrator/web/pages/visit.ts';

/** Every kind of text that somebody could want to break a page with, and ten thousand characters of it. */
export const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(2)>\u202egpj.exe\u0000\u001b[31m{{7*7}}</textarea></title>`;
export const LONG = `${HOSTILE}${'W'.repeat(10_000)}`;

export const visit: SignedIn = {
  actor: { person: 'usr-1', name: LONG, role: 'admin', via: 'session', credential: 'ses-1' },
  csrf: 'token-of-the-form',
  path: '/',
  now: new Date('2026-11-22T12:00:00Z'),
  flash: null,
};

export function submission(over: Partial<SubmissionView> = {}): SubmissionView {
  return {
    id: 'sub-1',
    files: [{ sha256: 'ab'.repeat(32), fileName: LONG, sizeBytes: 1234 }],
    options: SubmissionOptions.parse({ note: HOSTILE.replace('\0', '') }),
    createdAt: '2026-11-22T11:00:00.000Z',
    state: 'failed',
    verdict: 'inconsistent',
    fault: { code: 'install-failed', detail: LONG },
    package: LONG,
    label: LONG,
    versionCode: 7,
    versionName: LONG,
    function: HOSTILE,
    urgency: 'normal',
    updatedAt: '2026-11-22T11:30:00.000Z',
    submittedBy: { person: 'usr-1', name: LONG },
    callbackUrl: 'https://example.org/hook',
    report: 'report-1',
    review: { state: 'waits-for-second', asked: true, by: { person: 'usr-2', name: LONG } },
    ...over,
  };
}

export function reportView(over: Partial<ReportView> = {}): ReportView {
  return {
    id: 'report-1',
    submission: 'sub-1',
    run: 'run-1',
    bundle: 'cd'.repeat(32),
    sha256: 'ef'.repeat(32),
    profileDigest: null,
    engineVersion: '1.0.0',
    verdict: 'inconsistent',
    sentence: LONG,
    createdAt: '2026-11-22T11:30:00.000Z',
    ...over,
  };
}

export function review(over: Partial<Review> = {}): Review {
  return {
    id: 'rev-1',
    report: 'report-1',
    submission: 'sub-1',
    by: { person: 'usr-2', name: HOSTILE },
    at: '2026-11-22T11:40:00.000Z',
    decision: 'approve',
    reason: HOSTILE,
    until: null,
    override: true,
    effect: 'waits-for-second',
    ...over,
  };
}

export function allowance(over: Partial<Allowance> = {}): Allowance {
  return {
    id: 'alw-1',
    package: LONG,
    label: LONG,
    signers: ['8be2'.padEnd(64, '1')],
    versionCode: 7,
    versionName: LONG,
    sha256: 'ab'.repeat(32),
    function: HOSTILE,
    report: 'report-1',
    verdict: 'inconsistent',
    override: true,
    approvedBy: [{ person: 'usr-1', name: HOSTILE }],
    reason: LONG,
    since: '2026-11-22T11:40:00.000Z',
    until: null,
    state: 'ended',
    ended: { at: '2026-11-22T11:50:00.000Z', by: HOSTILE, reason: LONG },
    ...over,
  };
}
