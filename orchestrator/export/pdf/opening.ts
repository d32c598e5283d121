import type { Channel, Report } from '../../contract/report.ts';
import { duration, number, percent, size } from '../../web/format.ts';
import { channelName } from '../../web/report/members.ts';
import { byUrgency } from '../../web/report/shown.ts';
import { drawRaster } from './raster.ts';
import type { INK, Sheet } from './sheet.ts';
import { winAnsi } from './win-ansi.ts';

/** Channels shown one by one; report.json has all of them. */
export const MOST_CHANNELS = 150;

/** What a reader must not miss: that the device was simulated, in a frame above everything else. */
export function noticeBox({ doc, left, width }: Sheet, notice: string | null): void {
  if (notice === null) return;
  const words = winAnsi(notice);
  doc.font('Helvetica-Bold').fontSize(9.5);
  const height = doc.heightOfString(words, { width: width - 16 }) + 12;
  doc.rect(left, doc.y, width, height).lineWidth(1.2).fillAndStroke('#fff4ce', '#8a6100');
  const bottom = doc.y + height;
  doc.fillColor('#4d3600').text(words, left + 8, doc.y + 7, { width: width - 16 });
  doc.y = bottom + 10;
}

/** Verdict, name and sentence, with the sample's identity. */
export function topSection(sheet: Sheet, report: Report): void {
  const { sample, confidence } = report;
  const ink: keyof typeof INK =
    report.verdict === 'inconsistent' ? 'alarm' : report.verdict === 'consistent' ? 'calm' : 'text';
  sheet.text(report.verdict.toUpperCase(), { font: 'bold', size: 18, ink });
  sheet.text(sample.label ?? sample.package, { font: 'bold', size: 13 });
  sheet.text(`${sample.package} ${sample.versionName ?? ''} (${sample.versionCode ?? '–'})`, { ink: 'soft' });
  sheet.text(report.sentence, { size: 11, after: 4 });
  sheet.text(`Measurement confidence ${number(confidence.low)} to ${number(confidence.high)}`, { ink: 'soft' });
  sheet.text(`sha256 ${sample.sha256}`, { font: 'mono', size: 8, ink: 'soft' });
}

/** What the app says it is for, and the manifest facts that this rests on. */
export function declaredSection(sheet: Sheet, { declaredFunction: declared }: Report): void {
  sheet.heading('Declared function');
  sheet.text(`${declared.title} (${declared.name}), confidence ${number(declared.confidence)}`, { font: 'bold' });
  if (declared.also.length > 0) sheet.text(`Also: ${declared.also.map(({ title }) => title).join(', ')}`);
  if (declared.claim !== undefined) {
    const { backed, manifest } = declared.claim;
    const instead = manifest === null ? 'nothing' : manifest;
    sheet.text(
      `Stated by the submitter; the manifest ${backed ? 'backs it' : `does not back it and declares ${instead}`}.`,
    );
  }
  sheet.list(declared.evidence.map(({ fact, where, strength }) => `${fact} (${where}; ${strength})`));
}

/** Every channel with its numbers, the unexplained ones first, then all of their beats as a drawing. */
export function channelsSection(sheet: Sheet, report: Report): void {
  sheet.heading('Channels');
  const channels = byUrgency(report.channels);
  const shown = channels.slice(0, MOST_CHANNELS);
  if (channels.length === 0) sheet.text('No traffic was seen.');
  else {
    sheet.table(
      [
        { title: 'Destination', share: 0.34 },
        { title: 'Owner', share: 0.16 },
        { title: 'Beats', share: 0.07, align: 'right' },
        { title: 'Period', share: 0.1, align: 'right' },
        { title: 'Jitter', share: 0.07, align: 'right' },
        { title: 'Up / down', share: 0.12, align: 'right' },
        { title: ' Judgement', share: 0.14 },
      ],
      shown.map((channel) => [
        channelName(channel),
        channel.owner.name ?? channel.role ?? channel.owner.kind,
        channel.beats.length,
        duration(channel.cadence.periodMs),
        percent(channel.cadence.jitter),
        `${size(channel.bytes.medianUp)} / ${size(channel.bytes.medianDown)}`,
        ` ${judgementWords(channel)}`,
      ]),
    );
  }
  moreInJson(sheet, channels.length - shown.length, 'channels');
  sheet.heading('Beats by destination');
  drawRaster(sheet, report, shown);
  const legend =
    'Tall red stroke: unexplained. Short blue stroke: explained. Dashed: not observable, or forced by the test.';
  sheet.text(`${legend} Grey: pushes, of the connection of Play Services, not of the app.`, { size: 7.5, ink: 'soft' });
}

export function judgementWords({ explained }: Pick<Channel, 'explained'>): string {
  return explained === null ? 'not observable' : explained ? 'explained' : 'UNEXPLAINED';
}

/** Says what was left out; nothing where that is nothing. */
export function moreInJson(sheet: Sheet, count: number, what: string): void {
  if (count > 0) sheet.text(`${count} more ${what} are in report.json.`, { ink: 'soft' });
}
