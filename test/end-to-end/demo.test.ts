import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Report } from '../../orchestrator/contract/report.ts';
import { readBundle } from '../../orchestrator/store/bundles.ts';
import { openDesk, type Desk, type Ran } from '../support/command.ts';

describe('the demo: four samples through adb, Appium, proxy and queue', { timeout: 300_000 }, () => {
  let desk: Desk;
  let ran: Ran;
  let reports: Map<string, { report: Report; html: string }>;

  beforeAll(async () => {
    desk = await openDesk();
    ran = await desk.run(['demo', '--out', desk.path('reports')]);
    reports = new Map(
      readdirSync(desk.path('reports')).map((folder) => {
        const read = (name: string): string => readFileSync(join(desk.path('reports'), folder, name), 'utf8');
        const report = Report.parse(JSON.parse(read('report.json')));
        return [report.sample.package, { report, html: read('report.html') }] as const;
      }),
    );
  }, 300_000);

  afterAll(() => desk[Symbol.asyncDispose]());

  const reportOf = (name: string): Report => {
    const found = reports.get(name);
    if (found === undefined) throw new Error(`no report of ${name}; the demo said:\n${ran.out}\n${ran.err}`);
    return found.report;
  };

  it('ends well and says where the reports are', () => {
    expect(ran.out, ran.err).toMatch(/4 of 4 as expected, in \d+ s\./);
    expect(ran.status).toBe(0);
    expect(ran.out.match(/report\.html$/gm)).toHaveLength(4);
  });

  it('the torch is inconsistent: host, period within 5 %, phases, and why a torch does not need it', () => {
    const { verdict, sentence, channels, findings } = reportOf('org.example.torch');
    expect(verdict).toBe('inconsistent');
    expect(sentence).toMatch(
      /cdn\.brightlamp\.example:443 every \d+ s .* in background, while locked and in Doze; a torch has no use for that/,
    );
    const beacon = channels.find(({ destination }) => destination.host === 'cdn.brightlamp.example');
    // 300 s by its script; 5 % of that is 15 s.
    expect(Math.abs((beacon?.cadence.periodMs ?? 0) - 300_000)).toBeLessThanOrEqual(15_000);
    expect(beacon?.explained).toBe(false);
    expect(findings.map(({ kind }) => kind)).toContain('structured-cadence-unlicensed');
    expect(channels.filter(({ explained }) => explained === false)).toHaveLength(1);
  });

  it.each([
    ['org.example.parley', 'messaging', 'api.parley.example'],
    ['org.example.nimbus', 'weather', 'api.nimbus.example'],
    ['org.example.marble', 'game', 'googleads.g.doubleclick.net'],
  ])('%s is consistent with what a %s app declares, and was heard', (name, declared, host) => {
    const { verdict, declaredFunction, channels } = reportOf(name);
    expect(verdict).toBe('consistent');
    expect(declaredFunction.name).toBe(declared);
    const channel = channels.find(({ destination }) => destination.host === host);
    expect(channel?.beats.length).toBeGreaterThanOrEqual(3);
    expect(channels.filter(({ explained }) => explained !== true)).toEqual([]);
  });

  it("the messenger's fetches are coupled to its pushes", () => {
    const { pushCoupling } = reportOf('org.example.parley');
    expect(pushCoupling.mode).toBe('simulated');
    expect(pushCoupling.pushes.length).toBeGreaterThan(10);
    expect(pushCoupling.pValue).toBeLessThan(0.001);
  });

  it('every report opens with the notice of a simulated run, and names the tools that did the work', () => {
    expect(reports.size).toBe(4);
    for (const { report, html } of reports.values()) {
      expect(report.notice).toMatch(/^Simulated handset: .*code did not run/);
      expect(html.indexOf(report.notice?.slice(0, 30) ?? '-')).toBeLessThan(html.indexOf('class="verdict'));
      expect(Object.keys(report.provenance.tools)).toEqual(
        expect.arrayContaining(['adb', 'appium', 'appium-uiautomator2-driver', 'http-mitm-proxy', 'webdriverio']),
      );
      expect(report.visibility.decryptedShare).toBe(1);
      // The rate is measured on the handset's own clock, not believed.
      const rate = Number(report.provenance.device['measuredClockRate']);
      expect(Math.abs(rate / 120 - 1)).toBeLessThan(0.02);
    }
  });

  it('every evidence bundle is sealed and whole, and the report names it', async () => {
    const folders = readdirSync(desk.path('home/evidence'));
    expect(folders).toHaveLength(4);
    const digests = await Promise.all(
      folders.map(async (folder) => (await readBundle(join(desk.path('home/evidence'), folder))).digest),
    );
    expect([...reports.values()].map(({ report }) => report.provenance.bundleDigest).sort()).toEqual(digests.sort());
  });
});
