import type { Beat, Channel, Report } from '../../contract/report.ts';
import { duration, plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { foldedBeats } from '../plot/folded.ts';
import { intervalHistogram } from '../plot/histogram.ts';
import { evenly } from '../plot/sample.ts';
import { sizeScatter } from '../plot/sizes.ts';
import { beatTable } from './beats.ts';
import { channelNumbers } from './channel-numbers.ts';
import { channelName, memberList } from './members.ts';
import { judgement } from './raster.ts';
import { leftOut, shownChannels } from './shown.ts';
import { subScoreTable } from './sub-scores.ts';

/** Beats that plots of sizes show for comparison: of each channel, and of all. */
const MOST_OF_EACH = 50;
const MOST_TO_COMPARE = 400;

type Pool = readonly { readonly id: string; readonly beat: Beat }[];

/** Every channel at length, the unexplained ones first: why, the plots, the sub-scores apart, the beats themselves. */
export function channelDetails(report: Report): Html {
  if (report.channels.length === 0) return html``;
  const pool = evenly(
    report.channels.flatMap(({ id, beats }) => evenly(beats, MOST_OF_EACH).map((beat) => ({ id, beat }))),
    MOST_TO_COMPARE,
  );
  return html`<section aria-labelledby="channels">
    <h2 id="channels">Channel by channel</h2>
    ${shownChannels(report).map((channel) => channelCard(channel, pool))} ${leftOut(report)}
  </section>`;
}

function channelCard(channel: Channel, pool: Pool): Html {
  const { cadence } = channel;
  const open = channel.explained === false;
  return html`<div
    class="card channel ${channel.explained === false ? 'unexplained' : 'explained'}"
    id="channel-${channel.id}"
  >
    <h3>${channelName(channel)} ${judgement(channel)}</h3>
    <p>${channel.because}</p>
    <p class="soft">${channel.expectation.sentence}</p>
    ${cadence.beats >= 3 && plots(channel, pool)} ${memberList(channel)}
    <details ${open && 'open'}>
      <summary>Sub-scores and numbers</summary>
      ${subScoreTable(channel)} ${channelNumbers(channel)}
    </details>
    <details>
      <summary>${plural(channel.beats.length, 'beat')}, with their lines in capture.ndjson</summary>
      ${beatTable(channel)}
    </details>
  </div>`;
}

function plots(channel: Channel, pool: Pool): Html {
  const { beats, cadence } = channel;
  const intervals = beats.slice(1).map((beat, index) => beat.atMs - (beats[index]?.atMs ?? 0));
  const sorted = [...intervals].sort((a, b) => a - b);
  const median = cadence.periodMs ?? sorted[Math.floor(sorted.length / 2)] ?? 1;
  const others = pool.filter(({ id }) => id !== channel.id).map(({ beat }) => beat);
  return html`<div class="three">
    <figure>
      <h3>Inter-arrival</h3>
      ${intervalHistogram(intervals, median)}
      <figcaption class="soft">${plural(intervals.length, 'interval')}, median ${duration(median)}</figcaption>
    </figure>
    <figure>
      <h3>Sizes</h3>
      ${sizeScatter(beats, others, channel.id)}
      <figcaption class="soft">squares: this channel; dots: the app’s others</figcaption>
    </figure>
    <figure>
      <h3>Folded at ${duration(median)}</h3>
      ${foldedBeats(beats, median, channel.id)}
      <figcaption class="soft">one row a beat, centred on the first</figcaption>
    </figure>
  </div>`;
}
