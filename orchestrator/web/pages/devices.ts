import type { Device } from '../../contract/device.ts';
import { mayActAs } from '../../contract/person.ts';
import { plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { shortened } from './app-cell.ts';
import { deviceBadge } from './badge.ts';
import { csrfField, problemSummary, reasonField, type Typed } from './form.ts';
import { framed } from './frame.ts';
import { cell, empty, list } from './list.ts';
import type { SignedIn } from './visit.ts';

/** `/devices`: every place for a device session, what it does, and why it is held back where it is. */
export function devicesPage(visit: SignedIn, devices: readonly Device[], typed: Typed): string {
  const inUse = devices.filter(({ state }) => state === 'busy').length;
  const body = html`<div class="head">
      <div>
        <h1>Devices</h1>
        <p class="soft">
          ${devices.length > 0 && `${plural(devices.length, 'place')}, ${inUse} busy.`} Three faults of a device in a
          row put it in quarantine; one that cannot be cleaned goes there at once.
        </p>
      </div>
    </div>
    ${problemSummary(typed)}
    ${
      devices.length === 0
        ? empty(
            'No worker has reported a device',
            html`Start one beside the service: <code class="mono">sleeptalk serve --worker</code>, or elsewhere:
              <code class="mono">sleeptalk worker</code>. It appears here within ten seconds.`,
          )
        : list(
            plural(devices.length, 'device'),
            [
              ...[{ name: 'Device' }, { name: 'State' }, { name: 'Works on' }, { name: 'API', number: true }],
              ...[
                { name: 'Sessions', number: true },
                { name: 'Faults in a row', number: true },
              ],
              ...[{ name: 'Heard of' }, { name: 'Quarantine' }],
            ],
            devices.map((one) => row(visit, one, typed)),
          )
    }`;
  return framed(visit, { title: 'Devices', body, refreshSeconds: 30 });
}

function row(visit: SignedIn, device: Device, typed: Typed): Html {
  const { id, submission, quarantine } = device;
  return html`<tr>
    <th scope="row">
      ${shortened(device.target, 80)}
      <span class="sub">${device.kind}, class ${device.class}</span><span class="sub">${shortened(id, 120)}</span>
    </th>
    ${cell('State', deviceBadge(device.state))}
    ${cell('Works on', submission === null ? html`<span class="soft">–</span>` : html`<a href="/submissions/${submission}">${submission}</a>`)}
    ${cell('API', device.apiLevel ?? '–', 'num')} ${cell('Sessions', device.sessions, 'num')}
    ${cell('Faults in a row', device.faultsInARow, 'num')} ${cell('Heard of', moment(device.lastSeenAt, visit.now))}
    ${cell(
      'Quarantine',
      html`${
        quarantine !== null &&
        html`${shortened(quarantine.reason, 300)}
          <span class="sub">${moment(quarantine.at, visit.now)} by ${quarantine.by}</span>`
      }
      ${mayActAs(visit.actor, 'admin') && (quarantine === null ? holdForm(visit, id, typed) : releaseForm(visit, id))}`,
    )}
  </tr>`;
}

function holdForm(visit: SignedIn, id: string, typed: Typed): Html {
  const mine = typed.values['id'] === id;
  return html`<details class="ask" ${mine && html`open`}>
    <summary class="button small">Quarantine…<span class="unseen"> ${id}</span></summary>
    <form method="post" action="/devices/quarantine">
      ${csrfField(visit.csrf)} <input type="hidden" name="id" value="${id}" />
      ${reasonField(mine ? typed : { values: {}, problems: {} }, 'Its present session is finished first.', `${id}-`)}
      <button class="danger small">Put in quarantine</button>
    </form>
  </details>`;
}

function releaseForm(visit: SignedIn, id: string): Html {
  return html`<form class="inline" method="post" action="/devices/release">
    ${csrfField(visit.csrf)} <input type="hidden" name="id" value="${id}" />
    <button class="small">Release<span class="unseen"> ${id}</span></button>
  </form>`;
}
