import type { Channel, SubScore } from '../../contract/report.ts';
import { number } from '../format.ts';
import { html, type Html, type Part } from '../html.ts';
import { meter } from '../plot/meter.ts';

const TITLES: Record<SubScore['name'], string> = {
  'interval-regularity': 'Interval regularity',
  'size-homogeneity': 'Size homogeneity',
  'payload-asymmetry': 'Payload asymmetry',
  'phase-persistence': 'Phase persistence',
  'low-volume': 'Low volume',
};

/** The aspects of a channel apart from each other, then the two scores that sum up its timing: ours and RITA's. */
export function subScoreTable({ subScores, cadence }: Channel): Html {
  return html`<table class="subscores">
    <caption>
      Sub-scores
      <span class="soft">0 unlike a beacon, 1 like one; they inform and never decide</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">Aspect</th>
        <th scope="col"><span class="unseen">as a bar</span></th>
        <th scope="col" class="num">Value</th>
        <th scope="col">Measured</th>
      </tr>
    </thead>
    <tbody>
      ${subScores.map(({ name, value, measured, threshold, because }) =>
        row(
          TITLES[name],
          value,
          number(value),
          html`${measured}${threshold !== null && html` <span class="soft">· ${threshold}</span>`}`,
          because,
        ),
      )}
    </tbody>
    <tbody class="sums">
      ${row(
        'Cadence score',
        null,
        number(cadence.score),
        cadence.structured === null ? 'not judged' : cadence.structured ? 'structured' : 'not structured',
        'All intervals together, held against series without a rhythm: from 1 on, at most 1 % of those are.',
        false,
      )}
      ${row(
        'RITA v5 score',
        cadence.rita,
        number(cadence.rita),
        'for comparison, from the same beats',
        'Mean of its four parts: intervals, sizes, histogram, duration. Its default grades begin at 0.5, 0.7 and 0.9.',
      )}
    </tbody>
  </table>`;
}

function row(title: string, value: number | null, shown: string, measured: Part, because: string, bar = true): Html {
  return html`<tr>
    <th scope="row">${title}</th>
    <td class="bar">${bar && meter(value, value === null ? `${title}: not measured` : `${title}: ${shown} of 1`)}</td>
    <td class="num">${shown}</td>
    <td>
      ${measured}
      <div class="soft">${because}</div>
    </td>
  </tr>`;
}
