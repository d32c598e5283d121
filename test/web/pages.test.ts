import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubmissionView } from '../../orchestrator/contract/api.ts';
import { quarantineDevice, reportDevices } from '../../orchestrator/store/devices.ts';
import { Opened } from '../../orchestrator/store/opened.ts';
import { appendEvents } from '../../orchestrator/store/events.ts';
import { recordArtefacts } from '../../orchestrator/store/artefacts.ts';
import { BACKENDS } from '../api/backends.ts';
import type { FakeApk } from '../api/fake-worker.ts';
import { ended, freshApk, submit } from '../api/forms.ts';
import { openStand, type Guest, type Stand } from '../api/stand.ts';
import { visitorOf, wordsOf, type Visitor } from './visitor.ts';

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let stand: Stand;
let closing: Opened;
let guests: Record<'admin' | 'reviewer' | 'second' | 'submitter' | 'stranger', Guest>;
let admin: Visitor;
let reviewer: Visitor;
let second: Visitor;
let submitter: Visitor;
let stranger: Visitor;
let torch: SubmissionView;

const fresh = (apk: FakeApk) => new Blob([JSON.stringify(freshApk(apk))]);
const vetted = async (apk: FakeApk) => ended(guests.submitter, (await submit(guests.submitter, freshApk(apk))).id);

beforeAll(async () => {
  closing = new Opened();
  const [embedded] = BACKENDS;
  stand = closing.use(await openStand(closing.use(await embedded!.open())));
  const { service } = stand;
  guests = {
    admin: await stand.person('admin', 'Ada'),
    reviewer: await stand.person('reviewer', 'Grace'),
    second: await stand.person('reviewer', 'Hedy'),
    submitter: await stand.person('submitter', 'Karl'),
    stranger: await stand.person('submitter', 'Otto'),
  };
  [admin, reviewer, second, submitter, stranger] = (await Promise.all(
    Object.values(guests).map((guest) => visitorOf(stand, guest)),
  )) as [Visitor, Visitor, Visitor, Visitor, Visitor];
  closing.use(await stand.work());
  const place = { class: 'simulated', kind: 'simulated' as const, target: 'simulated', apiLevel: 34 };
  await reportDevices(
    service.ledger,
    'w1',
    [
      { ...place, id: 'w1/simulated/1' },
      { ...place, id: 'w1/simulated/2' },
    ],
    new Date(),
  );
  torch = await vetted({ label: 'Bright Torch', package: 'org.lamp.bright', versionCode: 7, verdict: 'inconsistent' });
}, 60_000);

afterAll(() => closing[Symbol.asyncDispose]());

describe('who is not signed in', () => {
  it('is taken to the page where one signs in, and back afterwards', async () => {
    const answer = await fetch(`${stand.address}/submissions?state=done`, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/sign-in?next=%2Fsubmissions%3Fstate%3Ddone');
  });

  it('may load what the page of signing in needs, which browsers keep for ever', async () => {
    const page = await (await fetch(`${stand.address}/sign-in`)).text();
    const [sheet] = /\/assets\/sleeptalk\.css\?v=[0-9a-f]+/.exec(page) ?? [''];
    const answer = await fetch(stand.address + sheet);
    expect(answer.headers.get('content-type')).toContain('text/css');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    const etag = answer.headers.get('etag') ?? '';
    const again = await fetch(stand.address + sheet, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect((await fetch(`${stand.address}/assets/..%2fasset.ts`)).status).toBe(404);
  });
});

describe('every page', () => {
  const pages = () => [
    ...['/', '/submissions', '/submit', '/allowlist', '/devices', '/audit', '/people', '/shortcuts'],
    ...[`/submissions/${torch.id}`, `/reports/${torch.report}`, `/reports/${torch.report}/compare/${torch.report}`],
  ];

  it('answers an administrator, under a policy that runs no script and no style of the page itself', async () => {
    for (const path of pages()) {
      const { status, text, headers } = await admin.get(path);
      expect(status, path).toBe(200);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy, path).toContain("script-src 'self'");
      expect(policy, path).not.toContain('unsafe');
      expect(text, path).not.toMatch(/\sstyle="|<style/);
      expect(headers.get('cache-control'), path).toContain('no-store');
    }
  });

  it('of the administration is closed to others, and not in their navigation', async () => {
    for (const path of ['/audit', '/people']) {
      const { status, text } = await reviewer.get(path);
      expect(status, path).toBe(403);
      expect(wordsOf(text)).toContain('Whoever is signed in may not do this.');
    }
    expect((await reviewer.get('/')).text).not.toMatch(/href="\/(audit|people|admin)/);
  });

  it('of another’s submission answers as if there were none', async () => {
    for (const path of [
      `/submissions/${torch.id}`,
      `/reports/${torch.report}`,
      `/submissions/${torch.id}/screens/${'0'.repeat(64)}`,
    ]) {
      expect((await stranger.get(path)).status, path).toBe(404);
    }
    expect(wordsOf((await stranger.get('/')).text)).toContain('Nothing was submitted yet');
    expect((await stranger.get('/')).text).toMatch(/<b>0<\/b>done/);
  });

  it('that is not there is a page that says what to do', async () => {
    const { status, text } = await submitter.get('/nowhere');
    expect(status).toBe(404);
    expect(wordsOf(text)).toMatch(/There is nothing at that address\..*What to do:.*request req-/);
  });
});

describe('finding a submission', () => {
  const found = async (query: string) =>
    [
      ...(await reviewer.get(`/submissions?${query}`)).text.matchAll(
        /<th scope="row">\s*<a href="\/submissions\/([^"]+)"/g,
      ),
    ].map((match) => match[1]);

  it('by package, host, certificate, verdict, text and file', async () => {
    const [file] = torch.files;
    for (const query of [
      ...['package=org.lamp', 'host=cdn.brightlamp.example', 'host=brightlamp.example', 'verdict=inconsistent'],
      ...[
        'text=bright',
        `sha256=${file!.sha256}`,
        `text=${file!.sha256.toUpperCase()}`,
        'state=done',
        'state=nonsense',
      ],
    ]) {
      expect(await found(query), query).toContain(torch.id);
    }
    for (const query of [
      'package=com.other',
      'host=else.example',
      'verdict=consistent',
      'state=failed',
      `certificate=${'0'.repeat(64)}`,
    ]) {
      expect(await found(query), query).toEqual([]);
    }
    expect(wordsOf((await reviewer.get('/submissions?host=else.example')).text)).toContain('No submission matches');
  });

  it('by its id leads straight to it', async () => {
    expect((await reviewer.get(`/submissions?text=${torch.id}`)).location).toBe(`/submissions/${torch.id}`);
    expect((await reviewer.get(`/submissions?text=${torch.report}`)).location).toBe(`/reports/${torch.report}`);
  });

  it('refuses a cursor that nobody gave out', async () => {
    expect((await reviewer.get('/submissions?cursor=1;drop')).status).toBe(400);
    expect((await reviewer.get('/submissions?text=%00&package=%00')).status).toBe(200);
  });
});

describe('submitting by the plain form', () => {
  it('leads to the run, and the same once more to the same run', async () => {
    const form = new FormData();
    form.append('minutes', '30');
    form.append('function', '');
    form.append('apk', fresh({ label: 'Form App', package: 'org.form.app' }), 'form.apk');
    const first = await submitter.post('/submit', '/submit', form);
    expect(first.status).toBe(303);
    expect(first.location).toMatch(/^\/submissions\/sub-[^?]+\?did=submitted$/);
    const { status, text } = await submitter.get(first.location ?? '');
    expect(status).toBe(200);
    expect(wordsOf(text)).toContain('Submitted. The run starts as soon as a device is free.');
    const again = await submitter.post('/submit', '/submit', form);
    expect(again.location).toBe(first.location?.replace('submitted', 'known'));
  });

  it('shows a refused form again with what was typed and the problem beside its field', async () => {
    const form = new FormData();
    form.append('note', 'keep me');
    form.append('device', 'pixel-nobody-has');
    form.append('apk', fresh({}), 'form.apk');
    const { status, text } = await submitter.post('/submit', '/submit', form);
    expect(status).toBe(422);
    expect(text).toMatch(/id="f-device-wrong"/);
    expect(wordsOf(text)).toContain('No worker serves devices of that class. pixel-nobody-has');
    expect(text).toContain('value="keep me"');
  });

  it('without a file, or without its token, stores nothing', async () => {
    const empty = new FormData();
    empty.append('apk', new Blob([]), '');
    expect((await submitter.post('/submit', '/submit', empty)).status).toBe(422);
    const form = new FormData();
    form.append('apk', fresh({}), 'forged.apk');
    const headers = { cookie: submitter.cookie, accept: 'text/html' };
    const forged = await fetch(`${stand.address}/submit`, { method: 'POST', body: form, headers });
    expect(forged.status).toBe(403);
  });
});

describe('what waits for review', () => {
  const path = '/submissions?review=waiting&package=org.waits';
  const rows = (page: string) =>
    [...page.matchAll(/<th scope="row">\s*<a href="\/reports\/([^"]+)"/g)].map((match) => match[1]);
  const says = (visitor: Visitor, report: string | null, decision: string) =>
    visitor.post(`/reports/${report}`, `/reports/${report}/reviews`, { decision, reason: 'because', until: '' });
  const numberOf = (page: string) => Number(/Review <span class="count">\s*(\d+)/.exec(page)?.[1] ?? 0);

  it('says what to do where nothing does', async () => {
    const { text } = await reviewer.get('/submissions?review=waiting');
    expect(rows(text)).toContain(torch.report);
    const nobody = wordsOf((await stranger.get('/submissions?review=waiting')).text);
    expect(nobody).toMatch(/Nothing waits for review.*Show all submissions/);
    expect(wordsOf((await reviewer.get(`${path}.nowhere`)).text)).toContain('No submission matches');
  });

  it('is listed oldest first, each with who has the word, until it is decided about', async () => {
    const running = '/api/v1/submissions?state=queued,inspecting,examining,assessing';
    const left = async () => (await guests.admin.json<{ items: unknown[] }>(running)).body.items.length;
    await expect.poll(left, { timeout: 10_000 }).toBe(0); // what tests before this one submitted
    const before = numberOf((await reviewer.get('/')).text);
    const first = await vetted({ label: 'First', package: 'org.waits.first', verdict: 'consistent' });
    const doubtful = await vetted({ label: 'Doubtful', package: 'org.waits.doubtful', verdict: 'inconsistent' });
    expect(rows((await reviewer.get(path)).text)).toEqual([first.report, doubtful.report]);
    expect(numberOf((await reviewer.get('/')).text)).toBe(before + 2);

    await says(reviewer, doubtful.report, 'approve');
    expect(wordsOf((await reviewer.get(path)).text)).toMatch(
      /Doubtful.*waits for a second person.*you approved it: the second word is another person’s/,
    );
    expect(wordsOf((await second.get(path)).text)).toMatch(/Doubtful.*Grace approved it: the second word may be yours/);
    expect(wordsOf((await submitter.get(path)).text)).not.toContain('may be yours');
    await says(second, first.report, 'ask');
    expect(wordsOf((await reviewer.get(path)).text)).toMatch(/First.*asked.*Doubtful/);
    expect(numberOf((await reviewer.get('/')).text)).toBe(before + 2);

    await says(second, doubtful.report, 'approve');
    expect(rows((await reviewer.get(path)).text)).toEqual([first.report]);
    await says(reviewer, first.report, 'reject');
    expect(rows((await reviewer.get(path)).text)).toEqual([]);
    expect(numberOf((await reviewer.get('/')).text)).toBe(before);
  });

  it('stands on the overview and in the navigation of those who may review, and of nobody else', async () => {
    const { text } = await reviewer.get('/');
    expect(text).toContain('href="/submissions?review=waiting"');
    expect(wordsOf(text)).toMatch(/To review .*Bright Torch.*Running/);
    expect((await admin.get('/')).text).toContain('id="part-to-review"');
    const theirs = (await submitter.get('/')).text;
    expect(theirs).not.toContain('review=waiting');
    expect(theirs).not.toContain('part-to-review');
    const list = (await reviewer.get('/submissions?review=waiting')).text;
    expect(list).toMatch(/<a href="\/submissions\?review=waiting" aria-current="page"\s*>Review/);
    expect(list).not.toMatch(/<a href="\/submissions" aria-current/);
  });
});

describe('reviewing', () => {
  const review = (visitor: Visitor, id: string | null, fields: Record<string, string>) =>
    visitor.post(`/reports/${id}`, `/reports/${id}/reviews`, fields);

  it('needs a decision and a reason, and keeps what was typed', async () => {
    const { status, text } = await review(reviewer, torch.report, { reason: 'half a thought', until: '' });
    expect(status).toBe(422);
    expect(wordsOf(text)).toContain('Choose approve, reject or ask.');
    expect(text).toMatch(/<textarea[^>]*>half a thought<\/textarea>/);
    const past = await review(reviewer, torch.report, { decision: 'approve', reason: 'fine', until: '2020-01-01' });
    expect(past.status).toBe(422);
    expect(wordsOf(past.text)).toContain('That day is over');
  });

  it('against the verdict takes two people, and says who is missing', async () => {
    const one = await review(reviewer, torch.report, {
      decision: 'approve',
      reason: 'The vendor explained it.',
      until: '',
    });
    expect(one.location).toBe(`/reports/${torch.report}?did=waits#review`);
    expect(wordsOf((await reviewer.get(`/reports/${torch.report}`)).text)).toContain(
      'You have approved this override.',
    );
    expect(wordsOf((await second.get(`/reports/${torch.report}`)).text)).toContain(
      'Grace has approved this override. Yours would be the second',
    );
    const twice = await review(reviewer, torch.report, { decision: 'approve', reason: 'And again.', until: '' });
    expect(twice.status).toBe(409);
    expect(wordsOf(twice.text)).toContain('the second approval must be another person’s');
    expect(twice.text).toContain('And again.');
    const other = await review(second, torch.report, { decision: 'approve', reason: 'I agree.', until: '2099-12-31' });
    expect(other.location).toContain('did=allowed');
    const list = wordsOf((await submitter.get('/allowlist')).text);
    expect(list).toMatch(/Bright Torch.*active.*override.*Grace and Hedy/);
  });

  it('is not for submitters', async () => {
    const page = await submitter.get(`/reports/${torch.report}`);
    expect(page.text).not.toContain('name="decision"');
    expect((await review(submitter, torch.report, { decision: 'approve', reason: 'mine' })).status).toBe(403);
  });

  it('lets a later version be compared with the approved one', async () => {
    const later = await vetted({
      label: 'Bright Torch',
      package: 'org.lamp.bright',
      versionCode: 8,
      verdict: 'consistent',
    });
    const { text } = await reviewer.get(`/reports/${later.report}`);
    expect(text).toContain(`href="/reports/${torch.report}/compare/${later.report}"`);
    const compared = wordsOf((await reviewer.get(`/reports/${torch.report}/compare/${later.report}`)).text);
    expect(compared).toContain('The verdict was inconsistent and is consistent.');
  });

  it('a package is taken off with a reason, and its history stays', async () => {
    const path = '/allowlist/org.lamp.bright';
    const shown = wordsOf((await reviewer.get(path)).text);
    expect(shown).toMatch(/Baseline of version.*cdn\.brightlamp\.example:443.*this approval/);
    expect((await reviewer.post(path, `${path}/end`, { reason: ' ' })).status).toBe(422);
    expect((await reviewer.post(path, `${path}/end`, { reason: 'The vendor was sold.' })).location).toBe(
      `${path}?did=ended`,
    );
    expect(wordsOf((await reviewer.get(path)).text)).toMatch(
      /No version of this package is approved at present.*The vendor was sold\./,
    );
    expect((await reviewer.get('/allowlist/no.such.app')).status).toBe(404);
  });
});

describe('a run', () => {
  it('shows what it did, its screens as pictures, and refuses files that are none of its screens', async () => {
    const { ledger, files } = stand.service;
    const stored = await files.add([PICTURE] as never, { limitBytes: 10_000, signal: AbortSignal.timeout(5000) });
    const { sha256, sizeBytes } = stored;
    await recordArtefacts(ledger, [
      { sha256, sizeBytes, class: 'screen', submission: torch.id, run: null, name: 'screens/001.png' },
    ]);
    await appendEvents(ledger, torch.id, [
      { type: 'screen', sha256, contentType: 'image/png', atMs: 61_000, phase: 'foreground' },
    ]);
    const { text } = await submitter.get(`/submissions/${torch.id}`);
    expect(text).toContain(`alt="Screen 1, at 01:01 of device time, foreground"`);
    const picture = await submitter.get(`/submissions/${torch.id}/screens/${sha256}`);
    expect(picture.headers.get('content-type')).toBe('image/png');
    const [apk] = torch.files;
    expect((await submitter.get(`/submissions/${torch.id}/screens/${apk!.sha256}`)).status).toBe(404);
    expect((await submitter.get(`/submissions/${torch.id}/screens/..%2f..%2fledger`)).status).toBe(404);
  });

  it('is run again, and judged again by an administrator alone', async () => {
    const from = `/submissions/${torch.id}`;
    const again = await submitter.post(from, `${from}/again`, {});
    expect(again.location).toMatch(/^\/submissions\/sub-.*\?did=again$/);
    expect(again.location).not.toContain(torch.id);
    expect((await submitter.post(from, `${from}/reassess`, {})).status).toBe(403);
    expect((await admin.post(from, `${from}/reassess`, {})).location).toBe(`${from}?did=reassessed`);
  });

  it('whose worker died can be ended by the button of its page, and is not taken up again', async () => {
    const { ledger } = stand.service;
    const { id } = await vetted({ label: 'Crashed App' });
    // The fake worker does not die: the row is put as the ledger has it after one that did.
    await ledger.db.updateTable('submissions').set({ state: 'crashed' }).where('id', '=', id).execute();
    const from = `/submissions/${id}`;
    expect(wordsOf((await submitter.get(from)).text)).toContain('The run is not taken up again.');
    expect((await submitter.post(from, `${from}/cancel`, {})).location).toBe(`${from}?did=cancelled`);
    expect(wordsOf((await submitter.get(from)).text)).toMatch(/Crashed App – cancelled/);
  });

  it('that has ended cannot be cancelled any more', async () => {
    const from = `/submissions/${(await vetted({ label: 'Done App' })).id}`;
    const { status, text } = await submitter.post(from, `${from}/cancel`, {});
    expect(status).toBe(409);
    expect(wordsOf(text)).toContain('there is nothing left to cancel');
  });
});

describe('operating', () => {
  it('a device is held back with a reason and released again', async () => {
    const id = 'w1/simulated/1';
    expect((await admin.post('/devices', '/devices/quarantine', { id, reason: '' })).status).toBe(422);
    await admin.post('/devices', '/devices/quarantine', { id, reason: 'battery is swollen' });
    expect(wordsOf((await submitter.get('/devices')).text)).toMatch(/in quarantine.*battery is swollen.*by Ada/);
    expect((await reviewer.post('/devices', '/devices/release', { id })).status).toBe(403);
    expect((await admin.post('/devices', '/devices/release', { id })).location).toBe('/devices?did=released');
    expect(wordsOf((await submitter.get('/devices')).text)).not.toContain('battery is swollen');
    await quarantineDevice(stand.service.ledger, id, { reason: 'again', by: 'test', now: new Date() });
    expect((await submitter.get('/devices')).text).not.toContain('action="/devices/release"');
  });

  it('the audit log shows who did what, and its chain is verified', async () => {
    const { text } = await admin.get('/audit');
    expect(wordsOf(text)).toMatch(/Ada.*quarantined/);
    const checked = await admin.post('/audit', '/audit/verify', {});
    expect(checked.status).toBe(200);
    expect(wordsOf(checked.text)).toMatch(/The chain is whole: \d+ entries/);
  });

  it('a person is added, and a token for them shown in one answer only', async () => {
    expect((await admin.post('/people', '/people', { name: '', role: 'submitter' })).status).toBe(422);
    expect((await admin.post('/people', '/people', { name: 'Lise', role: 'reviewer' })).location).toBe(
      '/people?did=added',
    );
    const page = (await admin.get('/people')).text;
    const [, lise = ''] = /<option value="(usr-[^"]+)"[^>]*>Lise/.exec(page) ?? [];
    const made = await admin.post('/people', '/people/tokens', {
      name: 'laptop',
      role: 'submitter',
      person: lise,
      days: '30',
    });
    const [, secret = ''] = /id="secret">(slt_[A-Za-z0-9_-]+)</.exec(made.text) ?? [];
    expect(secret).not.toBe('');
    const bearer = { headers: { authorization: `Bearer ${secret}` } };
    expect((await fetch(`${stand.address}/api/v1/submissions`, bearer)).status).toBe(200);
    const after = (await admin.get('/people')).text;
    expect(after).not.toContain(secret);
    const [, token = ''] = /(tok-[^<"/]+)[\s\S]{0,3000}?Lise/.exec(after.slice(after.indexOf('laptop'))) ?? [];
    expect((await admin.post('/people', `/people/tokens/${token}/revoke`, {})).location).toBe('/people?did=revoked');
    expect((await fetch(`${stand.address}/api/v1/submissions`, bearer)).status).toBe(401);
  });

  it('nobody takes the administration from themselves', async () => {
    const { status } = await admin.post('/people', `/people/${guests.admin.person.id}`, { disabled: 'true' });
    expect(status).toBe(403);
    expect((await reviewer.post('/', `/people/${guests.admin.person.id}`, { disabled: 'true' })).status).toBe(403);
  });
});
