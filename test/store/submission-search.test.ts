import { expect, it } from 'vitest';
import { Inspection } from '../../orchestrator/contract/apk.ts';
import { SubmissionView } from '../../orchestrator/contract/api.ts';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import type { Actor } from '../../orchestrator/contract/person.ts';
import { callbacksOf } from '../../orchestrator/store/owners.ts';
import { listReportViews, viewReport } from '../../orchestrator/store/report-views.ts';
import { addReport, listReports, type NewReport } from '../../orchestrator/store/reports.ts';
import { countByState, listSubmissionViews, viewSubmission } from '../../orchestrator/store/submission-views.ts';
import {
  createSubmission,
  getInspection,
  getSubmission,
  recordInspection,
  setState,
} from '../../orchestrator/store/submissions.ts';
import { actor, digest, onEachLedger, submitted } from './each-ledger.ts';
import { inspected } from './results.ts';

const options = SubmissionOptions.parse({});

function inspection(facts: Partial<Inspection['facts']>): Inspection {
  return Inspection.parse({ ...inspected.inspection, facts: { ...inspected.inspection.facts, ...facts } });
}

function certificate(name: string): Inspection['facts']['certificates'][number] {
  return { sha256: digest(name), subject: `CN=${name}`, scheme: 'v2', verified: true };
}

function reportOf(submission: string, more: Partial<NewReport> = {}): NewReport {
  return {
    submission,
    run: null,
    bundle: null,
    profileDigest: digest('profiles'),
    verdict: 'consistent',
    sentence: 'As expected.',
    reportJson: '',
    reportHtml: '',
    ...more,
  };
}

onEachLedger('a submission', (desk) => {
  async function vetted(name: string, facts: Partial<Inspection['facts']>, hosts: string[] = []): Promise<string> {
    const { ledger } = desk();
    const id = await submitted(ledger, name);
    await setState(ledger, id, 'inspecting');
    await recordInspection(ledger, id, inspection(facts));
    await addReport(ledger, reportOf(id, { hosts }));
    return id;
  }

  async function found(search: Omit<Parameters<typeof listSubmissionViews>[1], 'viewer'>): Promise<string[]> {
    return (await listSubmissionViews(desk().ledger, { viewer: null, ...search })).items.map((each) => each.id);
  }

  it('is shown with whose it is, where to call back, what was found in it and its newest report', async () => {
    const { ledger } = desk();
    const ada = await actor(ledger, 'Ada', 'submitter');
    const files = [{ sha256: digest('shown'), fileName: 'shown.apk', sizeBytes: 5_000_000_000 }];
    const callbackUrl = 'https://ci.example/hook';
    const { submission } = await createSubmission(ledger, { files, options, actor: ada, urgency: 'high', callbackUrl });
    const before = await viewSubmission(ledger, submission.id, ada);
    expect(SubmissionView.parse(before)).toMatchObject({
      files,
      package: null,
      label: null,
      urgency: 'high',
      submittedBy: { person: ada.person, name: 'Ada' },
      callbackUrl,
      report: null,
    });
    await recordInspection(ledger, submission.id, inspection({ packageName: 'org.shown', versionCode: 2 ** 40 }));
    await addReport(ledger, reportOf(submission.id));
    const newest = await addReport(ledger, reportOf(submission.id, { verdict: 'inconclusive' }));
    const after = await viewSubmission(ledger, submission.id, ada);
    expect(SubmissionView.parse(after)).toMatchObject({
      package: 'org.shown',
      label: 'Torch',
      versionCode: 2 ** 40,
      versionName: '1.0',
      function: 'torch',
      report: newest.id,
    });
    expect(await found({ sha256: digest('shown') })).toEqual([submission.id]);
    expect((await listSubmissionViews(ledger, { viewer: ada })).items).toEqual([after]);
  });

  it('is seen by its submitters and by reviewers, and is unknown to everybody else', async () => {
    const { ledger } = desk();
    const [ada, bo, cy] = (await Promise.all(['Ada', 'Bo', 'Cy'].map((name) => actor(ledger, name, 'submitter')))) as [
      Actor,
      Actor,
      Actor,
    ];
    const reviewer = await actor(ledger, 'Rev', 'reviewer');
    const files = [{ sha256: digest('both'), fileName: 'both.apk', sizeBytes: 4 }];
    const first = await createSubmission(ledger, { files, options, actor: ada, callbackUrl: 'https://ada.example/' });
    const second = await createSubmission(ledger, { files, options, actor: bo, callbackUrl: 'https://bo.example/' });
    const { id } = first.submission;
    expect([first.created, second.created, second.submission.id]).toEqual([true, false, id]);
    const report = await addReport(ledger, reportOf(id));

    const shown = async (viewer: Actor | null) => {
      const { submittedBy, callbackUrl } = await viewSubmission(ledger, id, viewer);
      return [submittedBy?.name, callbackUrl];
    };
    expect(await shown(ada)).toEqual(['Ada', 'https://ada.example/']);
    expect(await shown(bo)).toEqual(['Bo', 'https://bo.example/']);
    expect(await shown(reviewer)).toEqual(['Ada', 'https://ada.example/']);
    expect(await shown(null)).toEqual(['Ada', 'https://ada.example/']);
    expect(await callbacksOf(ledger, id)).toEqual(['https://ada.example/', 'https://bo.example/']);
    for (const viewer of [ada, bo, reviewer, null]) {
      expect(await viewReport(ledger, report.id, viewer)).toMatchObject({ id: report.id, submission: id });
      expect((await listReportViews(ledger, { viewer, submission: id })).items).toHaveLength(1);
    }
    await expect(viewSubmission(ledger, id, cy)).rejects.toMatchObject({ code: 'submission-unknown', detail: id });
    await expect(viewSubmission(ledger, 'sub-none', cy)).rejects.toMatchObject({ code: 'submission-unknown' });
    await expect(viewReport(ledger, report.id, cy)).rejects.toMatchObject({
      code: 'report-unknown',
      detail: report.id,
    });
    await expect(viewReport(ledger, 'report-none', null)).rejects.toMatchObject({ code: 'report-unknown' });
    expect((await listReportViews(ledger, { viewer: cy })).items).toEqual([]);
    for (const search of [{}, { sha256: digest('both') }, { text: '' }]) {
      expect((await listSubmissionViews(ledger, { viewer: cy, ...search })).items).toEqual([]);
    }
  });

  it('is everybody’s who submitted it, also where ten do so at once', async () => {
    const { ledger } = desk();
    const people = await Promise.all(Array.from({ length: 10 }, (_, n) => actor(ledger, `P${n}`, 'submitter')));
    const ids = await Promise.all(people.map((one) => submitted(ledger, 'at once', one)));
    expect(new Set(ids).size).toBe(1);
    for (const one of people) {
      expect((await viewSubmission(ledger, ids[0] ?? '', one)).submittedBy?.person).toBe(one.person);
    }
  });

  it('without an actor is nobody’s, as on the command line', async () => {
    const id = await submitted(desk().ledger, 'nobody');
    expect(await viewSubmission(desk().ledger, id, null)).toMatchObject({ submittedBy: null, callbackUrl: null });
  });

  it('is found by the beginning of its package, taken literally', async () => {
    const id = await vetted('by-package', { packageName: 'org.find_me.app' });
    const other = await vetted('by-package-2', { packageName: 'org.findXme.app' });
    expect(await found({ package: 'org.find' })).toEqual([other, id]);
    expect(await found({ package: 'org.find_me' })).toEqual([id]);
    expect(await found({ package: '%find' })).toEqual([]);
    expect(await found({ package: 'find_me' })).toEqual([]);
    expect(await found({ package: 'org.find\\' })).toEqual([]);
    expect(await found({ package: '\u0000' })).toEqual([]);
  });

  it('is found by any of its certificates', async () => {
    const id = await vetted('by-certificate', { certificates: [certificate('one'), certificate('two')] });
    expect(await found({ certificate: digest('two') })).toEqual([id]);
    expect(await found({ certificate: digest('one').toUpperCase() })).toEqual([id]);
    expect(await found({ certificate: digest('three') })).toEqual([]);
    expect(await found({ certificate: "'{}" })).toEqual([]);
  });

  it('is found by a host of its reports, or the domain that the host lies in', async () => {
    const id = await vetted('by-host', {}, ['API.Beacon.example', 'api.beacon.example', '203.0.113.7']);
    for (const host of [
      'api.beacon.example',
      'beacon.example',
      '.beacon.example',
      '*.beacon.example',
      'BEACON.example',
    ]) {
      expect(await found({ host }), host).toEqual([id]);
    }
    expect(await found({ host: '203.0.113.7' })).toEqual([id]);
    for (const host of [
      'eacon.example',
      'pi.beacon.example',
      'x.api.beacon.example',
      'beacon',
      '%.example',
      '_eacon.example',
    ]) {
      expect(await found({ host }), host).toEqual([]);
    }
  });

  it('is found by text in its label or package, in any case, and by all of several wishes together', async () => {
    const id = await vetted('by-text', { label: 'Größte 100% Torch', packageName: 'org.By.Text' }, ['text.example']);
    await setState(desk().ledger, id, 'examining');
    expect(await found({ text: 'GRÖSSTE' })).toEqual([]);
    for (const text of ['größTE', '100% t', 'by.TEXT']) expect(await found({ text }), text).toEqual([id]);
    expect(await found({ text: '100_' })).toEqual([]);
    expect(await found({ text: 'by.text', host: 'text.example', states: ['examining'], package: 'org.By' })).toEqual([
      id,
    ]);
    expect(await found({ text: 'by.text', host: 'text.example', states: ['done'] })).toEqual([]);
    expect(await found({ states: [] })).toEqual([]);
  });

  it('is found by verdict and state, and counted', async () => {
    const { ledger } = desk();
    const before = await countByState(ledger);
    const id = await vetted('by-verdict', {});
    for (const state of ['examining', 'assessing'] as const) await setState(ledger, id, state);
    expect((await countByState(ledger)).assessing).toBe(before.assessing + 1);
    await setState(ledger, id, 'done', { verdict: 'inconsistent' });
    expect(await found({ verdict: 'inconsistent' })).toEqual([id]);
    expect(await found({ verdict: 'inconsistent', states: ['queued', 'done'] })).toEqual([id]);
    expect(await countByState(ledger)).toEqual({ ...before, done: before.done + 1 });
  });

  it('comes page by page, newest first, for every viewer, each once', async () => {
    const { ledger } = desk();
    const ada = await actor(ledger, 'Ada', 'submitter');
    const made: string[] = [];
    for (const name of ['p1', 'p2', 'p3']) {
      made.unshift(await submitted(ledger, `${name} of ada`, ada));
      await submitted(ledger, `${name} of nobody`);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listSubmissionViews>> = await listSubmissionViews(ledger, {
        viewer: ada,
        cursor,
        most: 2,
      });
      seen.push(...page.items.map((each) => each.id));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(made);
    await expect(listSubmissionViews(ledger, { viewer: ada, cursor: '-1' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('keeps hostile strings whole in the inspection and short in lists', async () => {
    const { ledger } = desk();
    const label = `<script>\u0000\u202e\ud83d\ude00\ud800${'x'.repeat(10_000)}`;
    const id = await vetted(
      'hostile',
      { label, packageName: 'p'.repeat(5000), versionName: '\u0000'.repeat(300), certificates: [certificate('h')] },
      [`${'h'.repeat(1020)}.com`, 'nul\u0000.example', '\ud800'],
    );
    const view = await viewSubmission(ledger, id, null);
    expect(view.label).toBe(`<script>\ufffd\u202e\u{1f600}\ufffd${'x'.repeat(199 - 13)}…`);
    expect(view.package).toHaveLength(255);
    expect(view.versionName).toHaveLength(100);
    expect((await getInspection(ledger, id))?.facts.label).toBe(label);
    expect(await found({ host: 'nul\ufffd.example' })).toEqual([id]);
    const note = 'a\u0000\ud800';
    const files = [{ sha256: digest('note'), fileName: '../\u0000.apk', sizeBytes: 1 }];
    const first = await createSubmission(ledger, { files, options: { ...options, note } });
    expect(first.submission).toMatchObject({
      options: { note: 'a\ufffd\ufffd' },
      files: [{ fileName: '../\ufffd.apk' }],
    });
    expect(await createSubmission(ledger, { files, options: { ...options, note } })).toEqual({
      ...first,
      created: false,
    });
  });

  it.each([
    ['a zero', '\u0000'],
    ['SQL', "' or '1'='1"],
    ['a path', '../../etc/passwd'],
    ['a pattern', 'sub-%'],
    ['100 kB', 'x'.repeat(100_000)],
  ])('is not found by an id that is %s', async (_what, id) => {
    const failure: unknown = await viewSubmission(desk().ledger, id, null).catch((error: unknown) => error);
    expect(['submission-unknown', 'request-malformed']).toContain((failure as { code?: string }).code);
  });

  it('has the same report once, and another one for every difference', async () => {
    const { ledger } = desk();
    const id = await submitted(ledger, 'reports-once');
    const one = reportOf(id, { jsonSha256: digest('json'), engineVersion: '1.0.0', hosts: ['a.example'] });
    const all = await Promise.all(Array.from({ length: 5 }, () => addReport(ledger, one)));
    expect(new Set(all.map((each) => each.id)).size).toBe(1);
    for (const other of [
      { jsonSha256: digest('x') },
      { engineVersion: '2' },
      { profileDigest: digest('p') },
      { profileDigest: null },
    ]) {
      const added = await addReport(ledger, { ...one, ...other });
      expect(await addReport(ledger, { ...one, ...other })).toEqual(added);
    }
    expect(await listReports(ledger, id)).toHaveLength(5);
    expect(
      (await listReportViews(ledger, { viewer: null, submission: id, notProfile: digest('profiles') })).items,
    ).toHaveLength(2);
    expect(await getSubmission(ledger, id)).toMatchObject({ state: 'queued' });
  });
});
