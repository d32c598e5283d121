import type { Channel, Pointer, Report } from '../../contract/report.ts';
import { duration, number, percent, plural, size } from '../../web/format.ts';
import { channelName, memberCount } from '../../web/report/members.ts';
import { byUrgency } from '../../web/report/shown.ts';
import { judgementWords, moreInJson, MOST_CHANNELS } from './opening.ts';
import type { Sheet } from './sheet.ts';

const MOST_LINES = 12;

export function findingsSection(sheet: Sheet, { findings }: Report): void {
  sheet.heading('Findings');
  if (findings.length === 0) sheet.text('No departure from the declared function was measured.');
  for (const [index, finding] of findings.entries()) {
    sheet.text(`${index + 1}. ${finding.title}`, { font: 'bold' });
    sheet.text(finding.sentence, { indent: 10 });
    for (const pointer of finding.evidence) sheet.text(pointerWords(pointer), { indent: 10, size: 7.5, ink: 'soft' });
  }
}

/** What could not be seen: always shown, also when it is nothing. */
export function gapsSection(sheet: Sheet, report: Report): void {
  const { visibility: seen, coverage, gaps } = report;
  sheet.heading('What could not be seen');
  sheet.facts([
    ['Read in the clear', percent(seen.decryptedShare)],
    ['Passed through unread', percent(seen.passedThroughShare)],
    ['Without a certain owner', percent(seen.unattributedShare)],
    ['QUIC attempts refused', seen.quicRefused],
    ['Longest natural window', duration(seen.longestNaturalWindowMs)],
    ['Slowest cadence it could have shown', duration(seen.slowestPeriodMs)],
    ['Exploration', coverage === null ? 'the screens of the app were not explored' : coverageWords(coverage)],
  ]);
  sheet.list(seen.sentences);
  if (gaps.length === 0) return sheet.text('No visibility gap was recorded.');
  sheet.table(
    [
      { title: 'Gap', share: 0.32 },
      { title: 'From - to', share: 0.18 },
      { title: 'Count', share: 0.08, align: 'right' },
      { title: ' What it means', share: 0.42 },
    ],
    gaps.map(({ kind, destination, fromMs, toMs, count, sentence }) => [
      destination === null ? kind : `${kind} ${destination.host}:${destination.port}`,
      `${duration(fromMs)} – ${duration(toMs)}`,
      count,
      ` ${sentence}`,
    ]),
  );
}

/** The sentence says the result in words too. */
export function benignSection(sheet: Sheet, { benignExplanations }: Report): void {
  sheet.heading('Benign explanations tested');
  if (benignExplanations.length === 0) return sheet.text('Nothing was found that would need one.');
  sheet.table(
    [
      { title: 'Explanation', share: 0.24 },
      { title: 'Result', share: 0.14 },
      { title: 'Why', share: 0.62 },
    ],
    benignExplanations.map(({ name, result, sentence }) => [name, result.replaceAll('-', ' '), sentence]),
  );
}

/** What the approved version did otherwise; nothing where no baseline was given. */
export function baselineSection(sheet: Sheet, { baseline }: Report): void {
  if (baseline === null) return;
  sheet.heading('Compared with the approved version');
  sheet.text(baseline.sentence);
  sheet.facts([
    ['Approved by', `${baseline.approvedBy} at ${baseline.approvedAt}, until ${baseline.until ?? 'further notice'}`],
    ['Reason', baseline.reason],
    ['Approved report, SHA-256', baseline.reportDigest],
  ]);
  sheet.list(
    baseline.differences.map(
      ({ kind, sentence, decides }) =>
        `${kind.replaceAll('-', ' ')} (${decides ? 'decides' : 'is told only'}): ${sentence}`,
    ),
  );
  sheet.list(baseline.approvedChannels.map(({ channel, sentence }) => `${channel}: ${sentence}`));
  sheet.list(baseline.notCompared.map((one) => `Not compared: ${one}`));
}

/** Every channel in words, with its sub-scores and statistics apart. */
export function channelDetails(sheet: Sheet, report: Report): void {
  if (report.channels.length === 0) return;
  sheet.heading('Channel by channel');
  for (const channel of byUrgency(report.channels).slice(0, MOST_CHANNELS)) channelCard(sheet, channel);
  moreInJson(sheet, report.channels.length - MOST_CHANNELS, 'channels');
}

function channelCard(sheet: Sheet, channel: Channel): void {
  const { cadence, bytes, confidence } = channel;
  sheet.need(90);
  sheet.text([channelName(channel), memberCount(channel), judgementWords(channel)].filter(Boolean).join(' · '), {
    font: 'bold',
    size: 10,
  });
  sheet.text(channel.because);
  sheet.text(channel.expectation.sentence, { ink: 'soft' });
  sheet.facts([
    [
      'Owner',
      `${channel.owner.kind}${channel.owner.name === null ? '' : ` ${channel.owner.name}`}; ${channel.owner.knownBy}`,
    ],
    [
      'Timing',
      `${cadence.kind}; ${plural(cadence.beats, 'beat')}; score ${number(cadence.score)}; RITA ${number(cadence.rita)}`,
    ],
    [
      'Phases',
      channel.phases.map((use) => `${use.phase} ${plural(use.beats, 'beat')}, ${use.forced} forced`).join('; '),
    ],
    ['Bytes up / down', `${size(bytes.up)} / ${size(bytes.down)}, ratio ${number(bytes.upDownRatio)}`],
    ['Protocols; attribution', `${channel.protocols.join(', ')}; ${channel.attribution}`],
    ['JA4', channel.ja4.join(', ')],
    ['Suspicion; confidence', `${number(channel.suspicion)}; ${number(confidence.low)} to ${number(confidence.high)}`],
    ...channel.subScores.map((one) => [one.name, `${number(one.value)}: ${one.measured}`] as const),
    ...cadence.evidence.map(
      (one) =>
        [one.name, `${number(one.value)}, threshold ${number(one.threshold)}, n ${one.n}: ${one.because}`] as const,
    ),
  ]);
}

function pointerWords({ file, lines, text }: Pointer): string {
  const more = lines.length - MOST_LINES;
  const where =
    lines.length === 0 ? '' : `, lines ${lines.slice(0, MOST_LINES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `${text} (${file}${where})`;
}

function coverageWords(coverage: NonNullable<Report['coverage']>): string {
  const { activitiesSeen, activitiesDeclared, screensSeen, actions, errors } = coverage;
  const seen = `${activitiesSeen} of ${activitiesDeclared} declared activities, ${plural(screensSeen, 'screen')}`;
  return `${seen}, ${plural(actions, 'action')}, ${plural(errors.length, 'error')}`;
}
