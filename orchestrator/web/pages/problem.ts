import type { Fault } from '../../contract/fault.ts';
import { FAULTS } from '../../contract/faults.ts';
import { html, type Html } from '../html.ts';
import { framed } from './frame.ts';
import { explained } from './remedy.ts';
import type { Visit } from './visit.ts';

/** The page of a fault: what is wrong, what to do, and the number under which the log has it. */
export function problemPage(visit: Visit, fault: Pick<Fault, 'code' | 'detail'>, requestId: string): string {
  const { message, retryable } = FAULTS[fault.code];
  const body = html`<div class="narrow">
    <h1>${message}</h1>
    ${fault.code === 'internal' || fault.detail === '' ? '' : html`<p>${fault.detail}</p>`}
    <p><strong>What to do:</strong> ${advice(visit, fault.code, retryable)}</p>
    <p class="actions">
      <a class="button primary" href="/">Overview</a> <a class="button" href="/submissions">Submissions</a>
    </p>
    <p class="soft">Code <span class="mono">${fault.code}</span>, request <span class="mono">${requestId}</span></p>
  </div>`;
  return framed(visit, { title: message, body });
}

function advice({ actor }: Visit, code: Fault['code'], retryable: boolean): Html | string {
  if (code === 'unauthenticated') return html`<a href="/sign-in">Sign in</a>.`;
  if (code === 'forbidden')
    return `You are signed in as a ${actor?.role ?? 'guest'}; ask an administrator for more rights.`;
  if (code === 'request-forged') return 'Go back, load the page again and send the form once more.';
  if (FAULTS[code].status === 404) return 'Check the address. What you may not see answers in the same way.';
  if (retryable) return 'Wait a moment and load the page again: nothing that was accepted is lost.';
  return explained(code).remedy;
}
