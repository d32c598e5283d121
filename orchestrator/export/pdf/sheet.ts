import { winAnsi } from './win-ansi.ts';

export const INK = { text: '#1b1f24', soft: '#57606a', line: '#c8ced6', alarm: '#a40e26', calm: '#0b5cad' } as const;
export const FONT = { plain: 'Helvetica', bold: 'Helvetica-Bold', mono: 'Courier' } as const;
const BODY = 9;

export interface Style {
  readonly font?: keyof typeof FONT;
  readonly size?: number;
  readonly ink?: keyof typeof INK;
  /** Points to the right of the margin. */
  readonly indent?: number;
  /** Points below. */
  readonly after?: number;
}

export interface Column {
  readonly title: string;
  /** Share of the width; they add up to 1. */
  readonly share: number;
  readonly align?: 'left' | 'right';
  readonly font?: keyof typeof FONT;
}

/** The pages of a document, filled from top to bottom. Whatever is written is shown by {@link winAnsi}. */
export interface Sheet {
  readonly doc: PDFKit.PDFDocument;
  readonly left: number;
  readonly width: number;
  heading(text: string): void;
  text(text: string, style?: Style): void;
  list(items: readonly string[], options?: { numbered?: boolean }): void;
  /** Names and their values; a value of null or '' is shown as a dash. */
  facts(rows: readonly (readonly [name: string, value: string | number | null])[], font?: keyof typeof FONT): void;
  /** A row never breaks over pages, and the titles stand again at the top of each. */
  table(columns: readonly Column[], rows: readonly (readonly (string | number)[])[]): void;
  /** Makes sure that so many points are left on the page. */
  need(points: number): void;
}

/** Longest text of a cell: far more would not fit a page. */
const MOST_IN_CELL = 700;
const GAP = 6;

export function openSheet(doc: PDFKit.PDFDocument): Sheet {
  const { left, right, top, bottom } = doc.page.margins;
  const width = doc.page.width - left - right;
  const floor = doc.page.height - bottom;

  function use({ font = 'plain', size = BODY, ink = 'text' }: Style = {}): void {
    doc.font(FONT[font]).fontSize(size).fillColor(INK[ink]);
  }

  function need(points: number): void {
    if (doc.y + points > floor && doc.y > top) doc.addPage();
  }

  function text(words: string, style: Style = {}): void {
    use(style);
    need(doc.currentLineHeight() * 1.5);
    const indent = style.indent ?? 0;
    doc.text(winAnsi(words), left + indent, doc.y, { width: width - indent, lineGap: 1.5 });
    doc.y += style.after ?? 3;
  }

  function cells(columns: readonly Column[], row: readonly (string | number)[], bold: boolean): void {
    const drawn = columns.map(({ share, align = 'left', font = 'plain' }, index) => ({
      words: winAnsi(String(row[index] ?? ''), MOST_IN_CELL),
      options: { width: share * width - GAP, align, lineGap: 1 },
      style: { font: bold ? 'bold' : font, size: 8, ink: bold ? 'soft' : 'text' } as const,
    }));
    const height = Math.max(
      ...drawn.map(({ words, options, style }) => {
        use(style);
        return doc.heightOfString(words, options);
      }),
    );
    const isFull = doc.y + height > floor;
    if (isFull) {
      doc.addPage();
      if (!bold)
        cells(
          columns,
          columns.map(({ title }) => title),
          true,
        );
    }
    const y = doc.y;
    let x = left;
    for (const [index, { words, options, style }] of drawn.entries()) {
      use(style);
      doc.text(words, x, y, options);
      x += (columns[index]?.share ?? 0) * width;
    }
    doc.y = y + height + 2;
    doc
      .moveTo(left, doc.y)
      .lineTo(left + width, doc.y)
      .lineWidth(0.4)
      .strokeColor(INK.line)
      .stroke();
    doc.y += 2.5;
  }

  return {
    doc,
    left,
    width,
    need,
    text,
    heading(words) {
      need(60);
      doc.y += 10;
      doc.outline.addItem(winAnsi(words));
      text(words, { font: 'bold', size: 12, after: 4 });
    },
    list(items, { numbered = false } = {}) {
      for (const [index, item] of items.entries()) text(`${numbered ? `${index + 1}.` : '•'} ${item}`, { indent: 8 });
    },
    facts(rows, font = 'plain') {
      const columns = [
        { title: '', share: 0.3 },
        { title: '', share: 0.7, font },
      ];
      for (const [name, value] of rows) cells(columns, [name, value === null || value === '' ? '–' : value], false);
      doc.y += 4;
    },
    table(columns, rows) {
      need(50);
      cells(
        columns,
        columns.map(({ title }) => title),
        true,
      );
      for (const row of rows) cells(columns, row, false);
      doc.y += 4;
    },
  };
}
