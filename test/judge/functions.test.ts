import { describe, expect, it } from 'vitest';
import type { Inspection, Oddity } from '../../orchestrator/contract/apk.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import { judge } from '../../workers/judge/report.ts';
import { beats, declares, exchange, HOUR, inputOf, judged, MINUTE, session } from './scenario.ts';

const sync = beats('sync.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 15 * MINUTE }, () => ({
  downBytes: 900,
}));
const beacon = beats('a.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE });

function judgedAs(inspection: Inspection, records = session(HOUR, sync)): Report {
  return judge(inputOf(records, { inspection }));
}

function claimed(name: string, claim: { backed: boolean; manifest: string | null }): Inspection {
  const inspection = declares(name);
  return { ...inspection, declaredFunction: { ...inspection.declaredFunction, claim } };
}

describe('what the submitter claims', () => {
  it('counts as declared where the manifest backs it, or says nothing', () => {
    expect(judgedAs(claimed('mail-sync', { backed: true, manifest: 'mail-sync' })).verdict).toBe('consistent');
    expect(judgedAs(claimed('mail-sync', { backed: false, manifest: null })).verdict).toBe('consistent');
  });

  it('makes nothing consistent where the manifest says something else', () => {
    const report = judgedAs(claimed('mail-sync', { backed: false, manifest: 'torch' }));
    expect(report.verdict).toBe('inconclusive');
    expect(report.sentence).toBe(
      "What sync.example:443 carries outside foreground is licensed only by the submitter's word that this is a mail or sync app; the manifest declares a torch.",
    );
    expect(report.questions.at(-1)).toMatch(/^Which component makes it a mail or sync app\?/);
    expect(report.playbook[1]!.sentence).toMatch(/^Ask the developer which component serves the stated function/);
  });

  it('does not hide what not even the claim licenses', () => {
    const report = judgedAs(claimed('mail-sync', { backed: false, manifest: 'torch' }), session(HOUR, beacon));
    expect(report.verdict).toBe('inconsistent');
  });
});

describe('an app that declares everything', () => {
  const also = ['vpn', 'parental-control', 'mail-sync', 'browser', 'launcher'];

  it('has only licences that are bound to something seen', () => {
    // six main functions; the monitoring app's upload every 5 min would license the beacon
    expect(judged('messaging', session(HOUR, beacon), also).verdict).toBe('inconsistent');
    expect(judged('messaging', session(HOUR, [exchange('a.example', MINUTE)]), also).verdict).toBe('consistent');
    expect(judged('messaging', session(HOUR, beacon), also).sentence).toContain(
      'an app that declares 6 functions has no use for that',
    );
  });

  it('begins with six: five may each be what a suite does', () => {
    expect(judged('messaging', session(HOUR, beacon), also.slice(0, 4)).verdict).toBe('consistent');
  });
});

describe('what the file itself shows', () => {
  const oddity: Oddity = { kind: 'zip-encrypted-flag', where: 'AndroidManifest.xml', detail: 'flag bit 0 is set' };
  function odd(name: string): Inspection {
    const inspection = declares(name);
    return { ...inspection, facts: { ...inspection.facts, oddities: [oddity] } };
  }

  it('marks of hiding stand beside other findings, and never alone', () => {
    const found = judgedAs(odd('torch'), session(HOUR, beacon)).findings.at(-1)!;
    expect(found).toMatchObject({ kind: 'unusual-archive', channel: null });
    expect(found.sentence).toBe(
      'The APK departs from what build tools write in 1 place (zip-encrypted-flag): tools that hide an app from analysts leave such marks, which prove no intent by themselves.',
    );
    expect(found.evidence[0]!.text).toBe('zip-encrypted-flag, AndroidManifest.xml: flag bit 0 is set');
    const quiet = judgedAs(odd('torch'), session(HOUR, [exchange('a.example', MINUTE)]));
    expect(quiet.findings).toEqual([]);
    expect(quiet.verdict).toBe('consistent');
    expect(quiet.questions).toEqual([
      'Which tool wrote the APK, which departs from what build tools write in 1 place (zip-encrypted-flag)?',
    ]);
  });

  it('the code says whether an SDK of that role is in it, and whether it names the host', () => {
    const inspection = declares('torch');
    const code = {
      dexFiles: 1,
      classes: 9,
      packages: [{ name: 'com.amplitude.core', classes: 9 }],
      hosts: [{ host: 'a.example', inUrl: true }],
      frameworks: [],
      nativeLibraries: [],
      complete: true,
    };
    const owners = (host: string): string => {
      const facts = { ...inspection.facts, code };
      return judgedAs({ ...inspection, facts }, session(HOUR, [exchange(host, MINUTE)])).channels[0]!.owner.knownBy;
    };
    expect(owners('api2.amplitude.com')).toMatch(/; code: classes of Amplitude/);
    expect(owners('o7.ingest.sentry.io')).toMatch(/; code: no classes of a known SDK for it$/);
    expect(owners('a.example')).toBe('nothing: no role and no shared name; code: the host stands in it');
  });
});
