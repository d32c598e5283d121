import { readFileSync } from 'node:fs';

/** The one style sheet of report.html and of the pages: light and dark, wide and narrow, and paper. */
export const REPORT_STYLE = readFileSync(new URL('../assets/sleeptalk.css', import.meta.url), 'utf8');
