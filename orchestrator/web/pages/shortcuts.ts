import { html } from '../html.ts';
import { framed } from './frame.ts';
import type { Visit } from './visit.ts';

const KEYS = [
  ['?', 'this page'],
  ['/', 'to the search field'],
  ['j', 'to the next row of a list'],
  ['k', 'to the row before'],
  ['Enter', 'open the row'],
  ['n', 'submit an app'],
  ['u', 'to the list of submissions'],
  ['Esc', 'leave the search field'],
] as const;

/** `/shortcuts`: the keys, and the switch that turns them off (WCAG 2.2, 2.1.4). */
export function shortcutsPage(visit: Visit): string {
  const body = html`<h1>Keyboard shortcuts</h1>
    <p class="soft">
      They work outside of fields, without Ctrl, Alt or Meta. Everything can be reached by Tab as well.
    </p>
    <div class="card narrow-table">
      <dl class="rows">
        ${KEYS.map(
          ([key, what]) =>
            html`<dt><kbd>${key}</kbd></dt>
              <dd class="plainly">${what}</dd>`,
        )}
      </dl>
    </div>
    <p class="after" id="shortcut-switch" hidden>
      <label class="choice"
        ><input type="checkbox" id="shortcuts-on" />
        <span>Use single keys<span class="soft">kept in this browser</span></span></label
      >
    </p>
    <noscript
      ><p class="after">
        Scripts do not run in this browser, so there are no shortcuts; every page works without them.
      </p></noscript
    >`;
  return framed(visit, { title: 'Keyboard shortcuts', body });
}
