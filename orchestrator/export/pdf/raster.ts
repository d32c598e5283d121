import type { Beat, Channel, Report } from '../../contract/report.ts';
import { timeMarks } from '../../web/plot/axis.ts';
import { channelName } from '../../web/report/members.ts';
import { FONT, INK, type Sheet } from './sheet.ts';
import { winAnsi } from './win-ansi.ts';

const NAME_WIDTH = 150;
const ROW = 15;
const HEAD = 16;
const FOOT = 16;

/** Darker means deeper asleep; the titles above say it in words. */
const SHADE = {
  foreground: '#ffffff',
  background: '#f0f2f5',
  locked: '#e1e5ea',
  doze: '#cfd5dd',
  unknown: '#f7f3e8',
} as const;

interface Strip {
  readonly name: string;
  readonly beats: readonly Pick<Beat, 'atMs' | 'forced'>[];
  /** Height and stroke repeat what the colour says. */
  readonly look: { readonly reach: number; readonly ink: string; readonly dashed: boolean };
}

/** Beats of each channel over shaded phases, as vectors: a stroke at the instant of each beat, a row for each channel. */
export function drawRaster(sheet: Sheet, report: Report, channels: readonly Channel[]): void {
  const strips: Strip[] = channels.map((channel) => ({
    name: channelName(channel),
    beats: channel.beats,
    look: lookOf(channel.explained),
  }));
  const { pushes } = report.pushCoupling;
  if (pushes.length > 0) {
    const beats = pushes.map(({ atMs }) => ({ atMs, forced: false }));
    strips.push({ name: 'pushes (Play Services)', beats, look: { reach: 0.5, ink: INK.soft, dashed: false } });
  }
  let rest = strips;
  while (rest.length > 0) {
    sheet.need(HEAD + FOOT + 2 * ROW);
    const { doc } = sheet;
    const room = doc.page.height - doc.page.margins.bottom - doc.y - HEAD - FOOT;
    const rows = Math.max(1, Math.floor(room / ROW));
    drawBlock(sheet, report, rest.slice(0, rows));
    rest = rest.slice(rows);
  }
}

function lookOf(explained: boolean | null): Strip['look'] {
  if (explained === null) return { reach: 0.7, ink: INK.soft, dashed: true };
  return explained ? { reach: 0.45, ink: INK.calm, dashed: false } : { reach: 0.95, ink: INK.alarm, dashed: false };
}

function drawBlock(sheet: Sheet, report: Report, strips: readonly Strip[]): void {
  const { doc, left } = sheet;
  const from = left + NAME_WIDTH;
  const width = sheet.width - NAME_WIDTH;
  const x = (ms: number): number =>
    from + (Math.min(Math.max(ms, 0), report.windowMs) / Math.max(report.windowMs, 1)) * width;
  const top = doc.y + HEAD;
  const bottom = top + strips.length * ROW;
  doc.font(FONT.plain).fontSize(7);
  for (const { phase, fromMs, toMs } of report.phases) {
    doc.rect(x(fromMs), top, x(toMs) - x(fromMs), bottom - top).fill(SHADE[phase]);
    const space = x(toMs) - x(fromMs);
    if (doc.widthOfString(phase) < space)
      doc.fillColor(INK.soft).text(phase, x(fromMs) + 1, top - 9, { lineBreak: false });
  }
  strips.forEach(({ name, beats, look }, row) => {
    const y = top + row * ROW;
    doc.fillColor(INK.text).text(fitted(doc, winAnsi(name), NAME_WIDTH - 6), left, y + 4, { lineBreak: false });
    doc
      .moveTo(left, y + ROW)
      .lineTo(from + width, y + ROW)
      .lineWidth(0.3)
      .strokeColor(INK.line)
      .stroke();
    const half = (look.reach * ROW) / 2;
    // Strokes closer than a quarter of a point look like one: a million beats draw no more than a few thousand.
    const places = new Map(beats.map((beat) => [`${Math.round(x(beat.atMs) * 4)} ${beat.forced}`, beat]));
    for (const beat of places.values()) {
      doc.moveTo(x(beat.atMs), y + ROW / 2 - half).lineTo(x(beat.atMs), y + ROW / 2 + half);
      if (look.dashed || beat.forced) doc.dash(1.5, { space: 1 });
      doc.lineWidth(0.8).strokeColor(look.ink).stroke().undash();
    }
  });
  doc
    .rect(from, top, width, bottom - top)
    .lineWidth(0.5)
    .strokeColor(INK.line)
    .stroke();
  for (const ms of timeMarks(report.windowMs, 6)) {
    const words = `${Math.round((ms / 60_000) * 10) / 10} min`;
    const place = Math.min(x(ms), from + width - doc.widthOfString(words));
    doc.fillColor(INK.soft).text(words, place, bottom + 3, { lineBreak: false });
  }
  doc.x = left;
  doc.y = bottom + FOOT;
}

/** The beginning of a name, as much of it as fits. */
function fitted(doc: Sheet['doc'], name: string, width: number): string {
  if (doc.widthOfString(name.slice(0, 200)) <= width && name.length <= 200) return name;
  let length = Math.min(name.length, 60);
  while (length > 1 && doc.widthOfString(`${name.slice(0, length)}…`) > width) length -= 1;
  return `${name.slice(0, length)}…`;
}
