import type { Report } from '../../contract/report.ts';
import { duration, number, plural } from '../../web/format.ts';
import { channelName } from '../../web/report/members.ts';
import type { Sheet } from './sheet.ts';

/** Pushes and what the app did after them. */
export function pushSection(sheet: Sheet, { pushCoupling, channels }: Report): void {
  sheet.heading('Pushes');
  sheet.text(pushCoupling.sentence);
  const { lag } = pushCoupling;
  sheet.facts([
    ['Push mode', pushCoupling.mode],
    ['Delivered', plural(pushCoupling.pushes.length, 'push', 'pushes')],
    ['Followed by a session', pushCoupling.coupled],
    ['Expected by chance', number(pushCoupling.expectedByChance, 1)],
    ['p-value', chance(pushCoupling.pValue)],
    ['Lag (10 %, 50 %, 90 %)', lag === null ? null : [lag.lowMs, lag.medianMs, lag.highMs].map(duration).join(', ')],
  ]);
  if (pushCoupling.perChannel.length === 0) return;
  const names = new Map(channels.map((channel) => [channel.id, channelName(channel)]));
  sheet.table(
    [
      { title: 'Channel', share: 0.5 },
      { title: 'Followed', share: 0.15, align: 'right' },
      { title: 'By chance', share: 0.12, align: 'right' },
      { title: 'Lag', share: 0.11, align: 'right' },
      { title: 'p', share: 0.12, align: 'right' },
    ],
    pushCoupling.perChannel.map((one) => [
      `${names.get(one.channel) ?? one.channel}${one.significant ? ' (follows pushes)' : ''}`,
      `${one.coupled} of ${one.pushes}`,
      number(one.expectedByChance, 1),
      duration(one.medianLagMs),
      chance(one.pValue),
    ]),
  );
}

/** Playbook and the questions for the developer. */
export function nextSteps(sheet: Sheet, { playbook, questions }: Report): void {
  if (playbook.length > 0) {
    sheet.heading('What to do');
    sheet.list(
      playbook.map(({ title, sentence }) => `${title}. ${sentence}`),
      { numbered: true },
    );
  }
  if (questions.length > 0) {
    sheet.heading('Questions for the developer');
    sheet.list(questions, { numbered: true });
  }
}

/** The text judged by, its tunables, and everything needed to check or repeat the run. */
export function provenanceSection(sheet: Sheet, report: Report, sha256: string | null): void {
  const { analytic, provenance, engine, sample } = report;
  sheet.heading('Judged by');
  sheet.text(`${analytic.id} v${analytic.version}, ATT&CK ${analytic.release}, technique ${analytic.technique}`, {
    font: 'bold',
  });
  sheet.text(analytic.text);
  sheet.facts([
    ['BeaconIntervalVarianceThreshold', analytic.BeaconIntervalVarianceThreshold],
    ['PayloadSymmetryThreshold', analytic.PayloadSymmetryThreshold],
    ['AppNetworkRoleBaseline', analytic.AppNetworkRoleBaseline],
    ['Text hash', analytic.hash],
  ]);
  sheet.text(`A statement about behaviour in context, not an attribution. ${analytic.notice}`, { ink: 'soft' });
  sheet.heading('Provenance');
  sheet.facts(
    [
      ['This report (report.json, SHA-256)', sha256],
      ['Run', provenance.run],
      ['Started', provenance.startedAt],
      ...sample.files.map((file) => ['Sample', `${file.fileName} ${file.sha256}`] as const),
      ...sample.certificates.map((digest) => ['Signing certificate', digest] as const),
      ['Evidence bundle (manifest SHA-256)', provenance.bundleDigest],
      ['Capture SHA-256', provenance.captureDigest],
      ['Profiles SHA-256', provenance.profileDigest],
      ['Profiles replaced by own ones', provenance.profileOverrides.join('; ')],
      ['Seed', provenance.seed],
      ['Engine', `${engine.name} ${engine.version}`],
      ['Tunables', pairs(engine.tunables)],
      ['Device', pairs(provenance.device)],
      ['Tools', pairs(provenance.tools)],
      ['Lines of the capture skipped', provenance.skippedLines],
      ['Bytes of the capture unread', provenance.unreadBytes],
    ],
    'mono',
  );
}

function pairs(record: Readonly<Record<string, unknown>>): string {
  return Object.entries(record)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('; ');
}

function chance(pValue: number | null): string {
  return pValue !== null && pValue < 0.001 ? '< 0.001' : number(pValue, 3);
}
