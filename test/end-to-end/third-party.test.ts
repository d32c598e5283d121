import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Report } from '../../orchestrator/contract/report.ts';
import { openDesk } from '../support/command.ts';

const apk = join(
  dirname(createRequire(import.meta.url).resolve('android-apidemos/package.json')),
  'apks/ApiDemos-debug.apk',
);

describe('a real third-party APK on a simulated handset', { timeout: 240_000 }, () => {
  it('installs, launches, is explored, and is inconclusive because its code did not run', async () => {
    await using desk = await openDesk();
    const args = ['vet', apk, '--minutes', '24', '--clock-rate', '120', '--out', desk.path('reports')];
    const ran = await desk.run(args);
    expect(ran.status, ran.err).toBe(11);
    expect(ran.out).toMatch(/^ApiDemos-debug\.apk: inconclusive\n {2}Its code did not run: .* No traffic was seen\./);
    const [folder = ''] = readdirSync(desk.path('reports'));
    const report = Report.parse(JSON.parse(readFileSync(join(desk.path('reports'), folder, 'report.json'), 'utf8')));
    expect(report.sample.package).toBe('io.appium.android.apis');
    expect(report.channels).toEqual([]);
    expect(report.coverage?.screensSeen).toBeGreaterThan(1);
    expect(report.coverage?.actions).toBeGreaterThan(1);
  });
});
