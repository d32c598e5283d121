import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
import type { Report } from '../contract/report.ts';
import { nextSteps, provenanceSection, pushSection } from './pdf/closing.ts';
import { baselineSection, benignSection, channelDetails, findingsSection, gapsSection } from './pdf/findings.ts';
import { channelsSection, declaredSection, noticeBox, topSection } from './pdf/opening.ts';
import { FONT, INK, openSheet, type Sheet } from './pdf/sheet.ts';
import { winAnsi } from './pdf/win-ansi.ts';

export interface PdfContext {
  /** SHA-256 of report.json, shown in the footer of every page; null where it is not stored. */
  readonly sha256: string | null;
}

/**
 * The report as A4 pages whose text can be selected and searched, the raster drawn as vectors. What the standard fonts
 * cannot show stands as its escape. The same report gives the same bytes: it is dated by the run, not by the printing.
 */
export async function reportPdf(report: Report, { sha256 }: PdfContext): Promise<Buffer> {
  const name = winAnsi(report.sample.label ?? report.sample.package, 200);
  const doc = new PDFDocument({
    size: 'A4',
    margins: { top: 48, left: 48, right: 48, bottom: 56 },
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: {
      Title: `${report.verdict}: ${name}`,
      Subject: winAnsi(report.sentence, 500),
      Author: `${report.engine.name} ${winAnsi(report.engine.version, 100)}`,
      Creator: 'sleeptalk',
      CreationDate: dateOf(report),
    },
  });
  const content = buffer(doc);
  const sheet = openSheet(doc);
  noticeBox(sheet, report.notice);
  topSection(sheet, report);
  declaredSection(sheet, report);
  channelsSection(sheet, report);
  findingsSection(sheet, report);
  gapsSection(sheet, report);
  benignSection(sheet, report);
  baselineSection(sheet, report);
  channelDetails(sheet, report);
  pushSection(sheet, report);
  nextSteps(sheet, report);
  provenanceSection(sheet, report, sha256);
  footers(sheet, sha256 === null ? `run ${winAnsi(report.provenance.run, 80)}` : `report.json sha256 ${sha256}`);
  doc.end();
  return content;
}

function footers({ doc, left, width }: Sheet, identity: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    doc.switchToPage(page);
    doc.page.margins.bottom = 0; // text below the margin would begin a new page
    const y = doc.page.height - 36;
    doc.font(FONT.mono).fontSize(6.5).fillColor(INK.soft).text(identity, left, y, { lineBreak: false });
    doc
      .font(FONT.plain)
      .fontSize(7.5)
      .text(`page ${page + 1} of ${count}`, left, y, { width, align: 'right', lineBreak: false });
  }
}

/** When the run began; the epoch where nobody knows. */
function dateOf({ provenance }: Report): Date {
  const startedAt = new Date(provenance.startedAt ?? 0);
  return Number.isNaN(startedAt.getTime()) ? new Date(0) : startedAt;
}
