import { describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { StoredEvent } from '../../orchestrator/contract/event.ts';
import { allowedPackagePage } from '../../orchestrator/web/pages/allowed-package.ts';
import { allowlistPage } from '../../orchestrator/web/pages/allowlist.ts';
import { auditPage } from '../../orchestrator/web/pages/audit.ts';
import { comparePage } from '../../orchestrator/web/pages/compare.ts';
import { devicesPage } from '../../orchestrator/web/pages/devices.ts';
import type { Typed } from '../../orchestrator/web/pages/form.ts';
import { liveOf } from '../../orchestrator/web/pages/live.ts';
import { overviewPage } from '../../orchestrator/web/pages/overview.ts';
import { peoplePage } from '../../orchestrator/web/pages/people.ts';
import { problemPage } from '../../orchestrator/web/pages/problem.ts';
import { reportViewPage } from '../../orchestrator/web/pages/report.ts';
import { shortcutsPage } from '../../orchestrator/web/pages/shortcuts.ts';
import { signInPage } from '../../orchestrator/web/pages/sign-in.ts';
import { submissionPage } from '../../orchestrator/web/pages/submission.ts';
import { submissionsPage } from '../../orchestrator/web/pages/submissions.ts';
import { submitPage } from '../../orchestrator/web/pages/submit.ts';
import { torchReport } from '../support/report.ts';
import { allowance, HOSTILE, LONG, reportView, review, submission, visit } from './samples.ts';

const query = new URLSearchParams({
  text: HOSTILE,
  host: HOSTILE,
  package: HOSTILE,
  certificate: HOSTILE,
  state: HOSTILE,
});
const typed: Typed = {
  values: { reason: HOSTILE, id: HOSTILE, name: HOSTILE, note: HOSTILE, form: 'person', decision: HOSTILE },
  problems: { reason: HOSTILE, name: HOSTILE, form: HOSTILE },
};
const report = torchReport({
  sentence: HOSTILE,
  sample: { ...torchReport().sample, label: HOSTILE, package: HOSTILE },
  questions: [HOSTILE],
});
const event = (body: StoredEvent['event']): StoredEvent => ({
  id: '1',
  submission: 'sub-1',
  at: '2026-11-22T11:00:00.000Z',
  event: body,
});
const live = liveOf([
  event({
    type: 'progress',
    progress: {
      stage: 'examine',
      step: LONG,
      phase: 'background',
      done: 0.4,
      sessions: null,
      pushes: null,
      secondsLeft: null,
    },
  }),
  event({
    type: 'sessions',
    dropped: 1,
    sessions: [
      {
        ...{ startMs: 1, endMs: 2, upBytes: 3, downBytes: 4, protocol: 'https', attribution: 'certain', phase: null },
        destination: { host: HOSTILE, port: 443 },
      },
    ],
  }),
]);
const delivery = {
  ...{
    id: 'del-1',
    submission: 'sub-1',
    url: HOSTILE,
    event: HOSTILE,
    body: '{}',
    createdAt: '2026-11-22T11:00:00.000Z',
  },
  ...{ state: 'waiting' as const, attempts: 1, nextAt: '2026-11-22T12:10:00.000Z' },
  log: [{ attempt: 1, at: '2026-11-22T11:00:00.000Z', status: null, error: HOSTILE }],
};
const device = {
  ...{ id: HOSTILE, class: 'simulated', worker: HOSTILE, kind: 'simulated' as const, target: LONG, apiLevel: 34 },
  ...{
    state: 'quarantined' as const,
    submission: null,
    run: null,
    lastSeenAt: '2026-11-22T11:00:00.000Z',
    sessions: 1,
  },
  ...{ faultsInARow: 3, quarantine: { reason: LONG, by: HOSTILE, at: '2026-11-22T11:00:00.000Z' } },
};
const entry = {
  ...{ seq: 1, at: '2026-11-22T11:00:00.000Z', who: HOSTILE, act: HOSTILE, subject: HOSTILE },
  ...{ detail: { name: HOSTILE, reason: LONG }, previous: '0'.repeat(64), hash: 'a'.repeat(64) },
};
const person = {
  id: 'usr-9',
  name: LONG,
  role: 'submitter' as const,
  subject: HOSTILE,
  createdAt: '2026-11-22T11:00:00.000Z',
  disabledAt: null,
};
const token = {
  id: 'tok-1',
  person: 'usr-9',
  name: LONG,
  role: 'submitter' as const,
  createdAt: '2026-11-22T11:00:00.000Z',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
};
const parts = { submission: submission(), live, reports: [reportView()], reviews: [review()], deliveries: [delivery] };

const PAGES: Readonly<Record<string, () => string>> = {
  overview: () =>
    overviewPage(visit, {
      counts: { failed: 1 },
      running: [submission()],
      waiting: [],
      recent: [submission()],
      toReview: [submission()],
      devices: [device],
    }),
  submissions: () => submissionsPage(visit, { items: [submission()], next: HOSTILE }, query),
  'submissions that wait for review': () =>
    submissionsPage(visit, { items: [submission()], next: HOSTILE }, new URLSearchParams('review=waiting')),
  'submissions, none found': () => submissionsPage(visit, { items: [], next: null }, query),
  'submission that failed': () => submissionPage(visit, parts),
  'submission that runs': () =>
    submissionPage(visit, { ...parts, submission: submission({ state: 'examining', fault: null }) }),
  submit: () =>
    submitPage(
      visit,
      { functions: [{ name: HOSTILE, title: HOSTILE }], classes: [HOSTILE], limitBytes: 2 ** 31 },
      typed,
    ),
  report: () =>
    reportViewPage(visit, {
      view: reportView(),
      report,
      reviews: [review()],
      allowance: allowance({ report: 'report-0' }),
      others: [reportView({ id: 'report-0' })],
      typed,
    }),
  compare: () =>
    comparePage(
      visit,
      { view: reportView(), report },
      { view: reportView(), report },
      { same: false, differences: [{ kind: HOSTILE, channel: 'c1', sentence: HOSTILE }], notCompared: [HOSTILE] },
    ),
  allowlist: () => allowlistPage(visit, { items: [allowance()], next: null }, query),
  'allowed package': () =>
    allowedPackagePage(visit, {
      packageName: HOSTILE,
      entries: [allowance({ state: 'active', ended: null }), allowance()],
      baselines: [],
      typed,
    }),
  devices: () => devicesPage(visit, [device, { ...device, quarantine: null, state: 'idle' }], typed),
  audit: () => auditPage(visit, { items: [entry], next: null }, query, { broken: HOSTILE }),
  people: () =>
    peoplePage(visit, { people: [person], tokens: [token], made: { name: LONG, secret: 'slt_once' }, typed }),
  'sign in': () => signInPage({ oidc: true, failed: HOSTILE, next: HOSTILE }),
  shortcuts: () => shortcutsPage(visit),
  problem: () => problemPage(visit, new Fault('not-found', HOSTILE), 'req-1'),
};

describe.each(Object.entries(PAGES))('the page: %s', (_name, page) => {
  const text = page();

  it('shows hostile text as text', () => {
    expect(text).not.toMatch(/<script>|<img src=x|<\/textarea><\/title>/);
    expect(text).not.toMatch(/[\u0000\u001b\u202e]/);
  });

  it('carries no script, style or handler of its own, as the content security policy demands', () => {
    for (const [tag] of text.matchAll(/<[a-z][^>]*>/g)) {
      const own = tag.replace(/"[^"]*"/g, '""');
      expect(own).not.toMatch(/\sstyle=|\son[a-z]+=/);
    }
    expect(text).not.toMatch(/<style|<script(?! type="module" src="\/assets\/)/);
    expect(text).not.toMatch(/(src|href)="(https?:|\/\/|javascript:|data:)/);
  });

  it('stays readable whatever the length of a label', () => {
    const runs = text.replace(/ href="[^"]*"/g, '').match(/W{2000,}/g) ?? [];
    expect(runs).toEqual([]);
  });

  it('has landmarks, one first heading, and a label for every field', () => {
    expect(text.match(/<main /g)).toHaveLength(1);
    expect(text.match(/<h1[ >]/g)).toHaveLength(1);
    expect(text).toContain('href="#main"');
    const labelled = new Set([...text.matchAll(/<label[^>]*for="([^"]+)"/g)].map((match) => match[1]));
    for (const [control] of text.matchAll(/<(input|select|textarea)\b[^>]*>/g)) {
      if (/type="(hidden|radio|checkbox)"/.test(control)) continue;
      const id = /\sid="([^"]+)"/.exec(control)?.[1];
      if (id === undefined) continue; // inside its label: axe checks those in the browser
      expect(labelled.has(id), control).toBe(true);
    }
  });

  it('puts the token into every form that changes something', () => {
    for (const [form] of text.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g)) {
      if (!form.includes('action="/sign-in"')) expect(form).toMatch(/name="csrf" value="token-of-the-form"/);
    }
  });

  it('uses no id twice', () => {
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});
