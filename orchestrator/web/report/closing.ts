import type { Report } from '../../contract/report.ts';
import { html, type Html } from '../html.ts';

/** Playbook and the questions for the developer. */
export function nextSteps(report: Report): Html {
  return html`<div class="pair">
    ${
      report.playbook.length > 0 &&
      html`<section aria-labelledby="playbook">
        <h2 id="playbook">What to do</h2>
        <div class="card">
          <ol class="findings">
            ${report.playbook.map((step) => html`<li><strong>${step.title}.</strong> ${step.sentence}</li>`)}
          </ol>
        </div>
      </section>`
    }
    ${
      report.questions.length > 0 &&
      html`<section aria-labelledby="questions">
        <h2 id="questions">Questions for the developer</h2>
        <div class="card">
          <ul class="plain">
            ${report.questions.map((one) => html`<li>${one}</li>`)}
          </ul>
        </div>
      </section>`
    }
  </div>`;
}

/** The text judged by, its tunables, and everything needed to check or repeat the run. */
export function provenanceSection(report: Report): Html {
  const { analytic, provenance, engine } = report;
  return html`<section aria-labelledby="analytic">
      <h2 id="analytic">Judged by</h2>
      <div class="card">
        <p>
          <strong>${analytic.id}</strong> v${analytic.version}, ATT&amp;CK ${analytic.release}, text hash
          <span class="mono">${analytic.hash}</span>, technique ${analytic.technique}.
        </p>
        <blockquote>${analytic.text}</blockquote>
        <dl class="rows">
          <dt class="mono">BeaconIntervalVarianceThreshold</dt>
          <dd>${analytic.BeaconIntervalVarianceThreshold}: acceptable deviation in HTTPS polling cadence</dd>
          <dt class="mono">PayloadSymmetryThreshold</dt>
          <dd>${analytic.PayloadSymmetryThreshold}: acceptable ratio between request and response sizes</dd>
          <dt class="mono">AppNetworkRoleBaseline</dt>
          <dd>
            ${analytic.AppNetworkRoleBaseline}: expected mapping between application category and network endpoints
          </dd>
        </dl>
        <p class="soft after">A statement about behaviour in context, not an attribution. ${analytic.notice}</p>
      </div>
    </section>
    <section aria-labelledby="provenance">
      <h2 id="provenance">Provenance</h2>
      <div class="card">
        <dl class="rows">
          ${row('Run', provenance.run)} ${row('Started', provenance.startedAt)}
          ${row('Sample', report.sample.files.map((file) => `${file.fileName} ${file.sha256}`).join('; '))}
          ${row('Signing certificate', report.sample.certificates.join('; '))}
          ${row('Evidence bundle (manifest SHA-256)', provenance.bundleDigest)}
          ${row('Capture SHA-256', provenance.captureDigest)} ${row('Profiles SHA-256', provenance.profileDigest)}
          ${row('Profiles replaced by own ones', provenance.profileOverrides.join('; '))}
          ${row('Seed', provenance.seed)} ${row('Engine', `${engine.name} ${engine.version}`)}
          ${row('Tunables', pairs(engine.tunables))} ${row('Device', pairs(provenance.device))}
          ${row('Tools', pairs(provenance.tools))} ${row('Lines of the capture skipped', provenance.skippedLines)}
          ${row('Bytes of the capture unread', provenance.unreadBytes)}
        </dl>
      </div>
    </section>`;
}

function row(name: string, value: string | number | null): Html {
  return html`<dt>${name}</dt>
    <dd class="mono">${value === null || value === '' ? '–' : value}</dd>`;
}

function pairs(record: Readonly<Record<string, unknown>>): string {
  return Object.entries(record)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}
