import type { Report } from '../../contract/report.ts';
import { number, shortDigest } from '../format.ts';
import { html, type Html } from '../html.ts';

const VERDICT_SIGN = { consistent: '●', inconsistent: '▲', inconclusive: '◆' } as const;

const VERDICT_WORDS = {
  consistent: 'with its declared function, as far as was seen',
  inconsistent: 'with its declared function',
  inconclusive: 'this run cannot tell',
} as const;

/** Verdict, name and sentence, with the run's identity beside them. */
export function topSection(report: Report): Html {
  const { sample, analytic, provenance, confidence } = report;
  return html`<header class="top">
    <div>
      <span class="verdict ${report.verdict}">${VERDICT_SIGN[report.verdict]} ${report.verdict}</span>
      <span class="soft"
        >${VERDICT_WORDS[report.verdict]} · measurement confidence
        ${number(confidence.low)}–${number(confidence.high)}</span
      >
      <h1>
        ${sample.label ?? sample.package} <small>${sample.package} ${sample.versionName} (${sample.versionCode})</small>
      </h1>
      <p class="lead">${report.sentence}</p>
    </div>
    <div class="facts">
      <div>${analytic.id} v${analytic.version} · ATT&amp;CK ${analytic.release}</div>
      <div>Run ${provenance.run}</div>
      ${provenance.startedAt !== null && html`<div>${provenance.startedAt}</div>`}
      <div class="mono" title="${sample.sha256}">sha256 ${shortDigest(sample.sha256)}</div>
      ${sample.certificates.map((digest) => html`<div class="mono" title="${digest}">cert ${shortDigest(digest)}</div>`)}
    </div>
  </header>`;
}

/** What the app says it is for, and the manifest facts that this rests on. */
export function declaredSection(report: Report): Html {
  const declared = report.declaredFunction;
  return html`<section aria-labelledby="declared">
    <h2 id="declared">Declared function</h2>
    <ul class="chips">
      <li><strong>${declared.title}</strong> ${number(declared.confidence)}</li>
      ${declared.also.map((one) => html`<li>also <strong>${one.title}</strong></li>`)}
      ${declared.evidence.map(
        (one) =>
          html`<li title="${one.where}">
            ${one.fact}${one.strength === 'label' && html` <span class="soft">(free text, weighs little)</span>`}${one.strength === 'stated' && html` <span class="soft">(said by the submitter)</span>`}
          </li>`,
      )}
    </ul>
  </section>`;
}
