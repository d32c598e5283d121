import { mayActAs, type Role } from '../../contract/person.ts';
import { assetPath, type AssetName } from '../asset.ts';
import { html, type Html } from '../html.ts';
import { shortened } from './app-cell.ts';
import { csrfField } from './form.ts';
import type { Visit } from './visit.ts';
import { WAITING_PATH } from './waiting.ts';

interface PageParts {
  readonly title: string;
  readonly body: Html;
  /** Modules beside the one that every page has. */
  readonly scripts?: readonly AssetName[];
  /** Seconds after which the page is loaded again where scripts do not run. */
  readonly refreshSeconds?: number;
  /** Place of the navigation that the page is; absent: its path. */
  readonly place?: string;
  /** Stands above everything else, for all to see. */
  readonly notice?: string | null;
}

const PLACES: readonly { readonly path: string; readonly name: string; readonly role: Role }[] = [
  { path: '/', name: 'Overview', role: 'submitter' },
  { path: '/submissions', name: 'Submissions', role: 'submitter' },
  { path: WAITING_PATH, name: 'Review', role: 'reviewer' },
  { path: '/submit', name: 'Submit', role: 'submitter' },
  { path: '/allowlist', name: 'Allowlist', role: 'submitter' },
  { path: '/devices', name: 'Devices', role: 'submitter' },
  { path: '/audit', name: 'Audit', role: 'admin' },
  { path: '/people', name: 'People', role: 'admin' },
];

/** The page around `body`: landmarks, navigation by role, what was just done. */
export function framed(
  visit: Visit,
  { title, body, scripts = [], refreshSeconds, notice = null, place = visit.path }: PageParts,
): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="same-origin" />
        <meta name="color-scheme" content="light dark" />
        ${visit.csrf !== null && html`<meta name="csrf" content="${visit.csrf}" />`}
        <title>${title} – sleeptalk</title>
        <link rel="stylesheet" href="${assetPath('sleeptalk.css')}" />
        <link rel="icon" href="${assetPath('icon.svg')}" />
        ${(['app.js', ...scripts] as const).map((name) => html`<script type="module" src="${assetPath(name)}"></script>`)}
        ${
          refreshSeconds !== undefined &&
          html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}" /></noscript>`
        }
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        ${siteBar(visit, place)}
        ${notice !== null && html`<aside class="notice" aria-label="Notice"><span>${notice}</span></aside>`}
        <main id="main" tabindex="-1">
          <div role="status" id="flash">${visit.flash !== null && html`<p class="flash">${visit.flash}</p>`}</div>
          ${body}
        </main>
        <footer class="foot">
          <span>sleeptalk: does an app talk in its sleep?</span>
          <a href="/shortcuts">Keyboard shortcuts</a>
          ${visit.actor !== null && html`<a href="/api/v1/openapi.json">API</a>`}
        </footer>
      </body>
    </html>`;
  return `${page.text}\n`;
}

function siteBar({ actor, csrf, toReview = 0 }: Visit, here: string): Html {
  return html`<header class="site">
    <div>
      <a class="brand" href="/"
        ><svg viewBox="0 0 30 20" aria-hidden="true"><path d="M2 12h5l2-7 4 12 3-9 2 4h10" /></svg>sleeptalk</a
      >
      ${
        actor !== null &&
        html`<nav aria-label="Main">
            <ul>
              ${PLACES.filter(({ role }) => mayActAs(actor, role)).map((place) => placeLink(place, here, toReview))}
              ${mayActAs(actor, 'admin') && html`<li><a href="/admin/queues">Queues</a></li>`}
            </ul>
          </nav>
          <form class="search" role="search" action="/submissions" method="get">
            <label class="unseen" for="search">Search submissions</label>
            <input id="search" name="text" type="search" placeholder="Search apps" maxlength="200" autocomplete="off" />
          </form>
          <div class="who-am-i">
            <span><b title="${shortened(actor.name, 200)}">${shortened(actor.name, 60)}</b>${actor.role}</span>
            <form method="post" action="/sign-out">
              ${csrfField(csrf)}
              <button class="small">Sign out</button>
            </form>
          </div>`
      }
    </div>
  </header>`;
}

function placeLink({ path, name }: { path: string; name: string }, here: string, toReview: number): Html {
  const inside = path === '/' ? here === '/' : here === path || here.startsWith(`${path}/`);
  const words = html`${name}${path === WAITING_PATH && countOf(toReview)}`;
  const current = here === path ? 'page' : 'true';
  return html`<li>
    ${inside ? html`<a href="${path}" aria-current="${current}">${words}</a>` : html`<a href="${path}">${words}</a>`}
  </li>`;
}

function countOf(waiting: number): Html | false {
  if (waiting === 0) return false;
  return html` <span class="count">${waiting > 999 ? '999+' : waiting}<span class="unseen"> waiting</span></span>`;
}
