import type { Baseline } from '../../contract/baseline.ts';
import { mayActAs } from '../../contract/person.ts';
import type { Allowance } from '../../contract/review.ts';
import { duration, number, plural, shortDigest, size } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { allowanceBadge, verdictBadge } from './badge.ts';
import { approvers, versionWords } from './allowlist.ts';
import { shortened } from './app-cell.ts';
import { csrfField, problemSummary, reasonField, type Typed } from './form.ts';
import { framed } from './frame.ts';
import { cell, list } from './list.ts';
import type { SignedIn } from './visit.ts';

export interface AllowedPackage {
  readonly packageName: string;
  /** Every entry of the package, newest first; at least one. */
  readonly entries: readonly Allowance[];
  /** What the active entries approve, one for each signer. */
  readonly baselines: readonly { readonly allowance: Allowance; readonly baseline: Baseline }[];
  readonly typed: Typed;
}

/** `/allowlist/:package`: what is approved of an app now, the cadence that this means, and all that was before. */
export function allowedPackagePage(visit: SignedIn, page: AllowedPackage): string {
  const { packageName, entries, baselines, typed } = page;
  const name = entries[0]?.label ?? packageName;
  const address = `/allowlist/${encodeURIComponent(packageName)}`;
  const active = entries.filter(({ state }) => state === 'active');
  const body = html`<p class="crumbs"><a href="/allowlist">Allowlist</a> › ${shortened(packageName, 120)}</p>
    <div class="head">
      <div>
        <h1>${shortened(name, 80)}</h1>
        <p class="soft">${shortened(packageName, 255)}</p>
      </div>
      <div class="actions">
        <a class="button small" href="/submissions?package=${encodeURIComponent(packageName)}">Its submissions</a>
        <a class="button small" href="/api/v1${address}" download="allowlist.json">JSON</a>
      </div>
    </div>
    ${problemSummary(typed)}
    ${
      active.length === 0 &&
      html`<p class="alert mild">
        No version of this package is approved at present. What was approved before stands below.
      </p>`
    }
    ${baselines.map(baselineSection)}
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      ${list(
        plural(entries.length, 'entry', 'entries'),
        ['Version', 'State', 'Verdict', 'Approved by', 'Since', 'Until', 'Reason'].map((title) => ({ name: title })),
        entries.map((one) => historyRow(one, visit.now)),
      )}
    </section>
    ${active.length > 0 && mayActAs(visit.actor, 'reviewer') && endSection(visit, address, typed)}`;
  return framed(visit, { title: `Allowlist: ${shortened(packageName, 80)}`, body });
}

function baselineSection({ allowance, baseline }: AllowedPackage['baselines'][number]): Html {
  const id = `baseline-${allowance.id}`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">Baseline of version ${versionWords(allowance)}</h2>
    <p class="soft">
      Signed by
      ${allowance.signers.map((digest) => html`<span class="mono" title="${digest}">${shortDigest(digest)}</span> `)}·
      observed in ${baseline.phases.map(({ phase, durationMs }) => `${phase} (${duration(durationMs)})`).join(', ')}.
    </p>
    ${
      baseline.channels.length === 0
        ? html`<p>The approved version was silent: any channel of a later one is new.</p>`
        : list(
            plural(baseline.channels.length, 'approved channel'),
            [
              ...[{ name: 'Destination' }, { name: 'Explained by' }, { name: 'Period' }],
              ...[{ name: 'Sessions an hour, by phase' }, { name: 'Up', number: true }, { name: 'Down', number: true }],
            ],
            baseline.channels.map(channelRow),
          )
    }
  </section>`;
}

function channelRow(channel: Baseline['channels'][number]): Html {
  const { destination, grouping, cadence, phases, asleep, foreground, licensed, unread } = channel;
  const name = grouping.by === 'destination' ? `${destination.host}:${destination.port}` : grouping.value;
  const rate = ({ phase, sessionsPerHour }: (typeof phases)[number]) => `${phase} ${number(sessionsPerHour, 1)}`;
  const larger = (way: 'up' | 'down') => size(asleep[way].median ?? foreground[way].median);
  return html`<tr>
    <th scope="row">${shortened(name, 120)}<span class="sub">${channel.role ?? channel.owner}</span></th>
    ${cell('Explained by', licensed ? 'the profile' : 'this approval')}
    ${cell('Period', cadence.kind === 'periodic' ? duration(cadence.periodMs) : cadence.kind.replaceAll('-', ' '))}
    ${cell('An hour', phases.map(rate).join(', '))} ${cell('Up', unread ? 'unread' : larger('up'), 'num')}
    ${cell('Down', unread ? 'unread' : larger('down'), 'num')}
  </tr>`;
}

function historyRow(one: Allowance, now: Date): Html {
  return html`<tr>
    <th scope="row">
      <a href="/reports/${one.report}">${versionWords(one) || 'version unknown'}</a>
      <span class="sub mono" title="${one.sha256}">sha256 ${shortDigest(one.sha256)}</span>
    </th>
    ${cell(
      'State',
      html`${allowanceBadge(one.state)}${one.ended !== null && html`<span class="sub">${moment(one.ended.at, now)} by ${one.ended.by}: ${shortened(one.ended.reason, 300)}</span>`}`,
    )}
    ${cell('Verdict', html`${verdictBadge(one.verdict)}${one.override && html` <span class="badge open">override</span>`}`)}
    ${cell('Approved by', approvers(one))} ${cell('Since', moment(one.since, now))}
    ${cell('Until', one.until ?? html`<span class="soft">no end</span>`)} ${cell('Reason', shortened(one.reason, 300))}
  </tr>`;
}

function endSection(visit: SignedIn, address: string, typed: Typed): Html {
  return html`<section aria-labelledby="end">
    <h2 id="end">Take it off</h2>
    <form class="card" method="post" action="${address}/end">
      ${csrfField(visit.csrf)}
      ${reasonField(typed, 'The entry stays as history; later versions are judged without its baseline.')}
      <button class="danger">Take this package off the allowlist</button>
    </form>
  </section>`;
}
