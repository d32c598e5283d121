import { Role, type Person, type Token } from '../../contract/person.ts';
import { plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { shortened } from './app-cell.ts';
import { csrfField, field, problemSummary, selectField, type Typed } from './form.ts';
import { framed } from './frame.ts';
import { cell, empty, list } from './list.ts';
import type { SignedIn } from './visit.ts';

export interface People {
  readonly people: readonly Person[];
  readonly tokens: readonly Token[];
  /** A token that was made just now: this answer is the only one that shows it. */
  readonly made: { readonly name: string; readonly secret: string } | null;
  readonly typed: Typed;
}

const ROLES = Role.options.map((value) => ({ value, title: value }));

/** `/people`: who may do what, and by which tokens they come. */
export function peoplePage(visit: SignedIn, { people, tokens, made, typed }: People): string {
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const body = html`<div class="head"><h1>People</h1></div>
    ${problemSummary(typed)} ${made !== null && secretBox(made)}
    ${list(
      plural(people.length, 'person', 'people'),
      ['Name', 'Role', 'Signs in by', 'Since', 'State'].map((name) => ({ name })),
      people.map((one) => personRow(visit, one)),
    )}
    <section aria-labelledby="tokens">
      <h2 id="tokens">Tokens</h2>
      ${
        tokens.length === 0
          ? empty(
              'No token was made yet',
              'Tools and CI come by a token: make one below, or with sleeptalk token create.',
            )
          : list(
              plural(tokens.length, 'token'),
              ['Token', 'Of', 'Role', 'Made', 'Ends', 'Last used', 'State'].map((name) => ({ name })),
              tokens.map((one) => tokenRow(visit, one, names.get(one.person) ?? one.person)),
            )
      }
    </section>
    <div class="pair after">${personForm(visit, typed)} ${tokenForm(visit, people, typed)}</div>`;
  return framed(visit, { title: 'People and tokens', body });
}

function secretBox({ name, secret }: NonNullable<People['made']>): Html {
  return html`<div class="flash" role="status">
    <p>
      <strong>The token “${shortened(name, 80)}” is made.</strong> This is the only time that it is shown: copy it now.
    </p>
    <code class="secret mono" id="secret">${secret}</code>
    <p class="after"><button class="small" type="button" data-copy="secret" hidden>Copy</button></p>
  </div>`;
}

function personRow(visit: SignedIn, person: Person): Html {
  const self = person.id === visit.actor.person;
  return html`<tr>
    <th scope="row">${shortened(person.name, 120)}<span class="sub">${person.id}</span></th>
    ${cell('Role', self ? person.role : roleForm(visit, person))}
    ${cell('Signs in by', person.subject === null ? 'token' : shortened(person.subject, 120))}
    ${cell('Since', moment(person.createdAt, visit.now))}
    ${cell(
      'State',
      self
        ? 'you'
        : html`${person.disabledAt !== null && html`<span class="badge bad"><span aria-hidden="true">✗ </span>shut out</span>`}
            <form class="inline" method="post" action="/people/${person.id}">
              ${csrfField(visit.csrf)}
              <input type="hidden" name="disabled" value="${person.disabledAt === null ? 'true' : 'false'}" />
              <button class="small ${person.disabledAt === null ? 'danger' : ''}">
                ${person.disabledAt === null ? 'Shut out' : 'Let in again'}<span class="unseen">
                  ${shortened(person.name, 80)}</span
                >
              </button>
            </form>`,
    )}
  </tr>`;
}

function roleForm(visit: SignedIn, { id, name, role }: Person): Html {
  return html`<form class="inline" method="post" action="/people/${id}">
    ${csrfField(visit.csrf)}
    <label class="unseen" for="role-${id}">Role of ${shortened(name, 80)}</label>
    <select id="role-${id}" name="role">
      ${ROLES.map(({ value }) => html`<option ${value === role && html`selected`}>${value}</option>`)}
    </select>
    <button class="small">Change</button>
  </form>`;
}

function tokenRow(visit: SignedIn, token: Token, owner: string): Html {
  const over = token.expiresAt !== null && new Date(token.expiresAt) <= visit.now;
  return html`<tr>
    <th scope="row">${shortened(token.name, 120)}<span class="sub">${token.id}</span></th>
    ${cell('Of', shortened(owner, 80))} ${cell('Role', token.role)} ${cell('Made', moment(token.createdAt, visit.now))}
    ${cell('Ends', token.expiresAt === null ? html`<span class="soft">no end</span>` : moment(token.expiresAt, visit.now))}
    ${cell('Last used', token.lastUsedAt === null ? html`<span class="soft">never</span>` : moment(token.lastUsedAt, visit.now))}
    ${cell(
      'State',
      token.revokedAt !== null || over
        ? html`<span class="badge">${token.revokedAt !== null ? 'revoked' : 'expired'}</span>`
        : html`<form class="inline" method="post" action="/people/tokens/${token.id}/revoke">
            ${csrfField(visit.csrf)}<button class="small danger">
              Revoke<span class="unseen"> ${shortened(token.name, 80)}</span>
            </button>
          </form>`,
    )}
  </tr>`;
}

function personForm(visit: SignedIn, typed: Typed): Html {
  const mine = of(typed, 'person');
  return html`<section aria-labelledby="add-person">
    <h2 id="add-person">Add a person</h2>
    <form class="card" method="post" action="/people">
      ${csrfField(visit.csrf)}
      ${nameField({ label: 'Name', help: 'As others see it in reviews and in the audit log.', typed: mine, scope: 'person-' })}
      ${selectField({ name: 'role', label: 'Role', help: 'Submitters see what they submitted; reviewers decide; admins do everything.', typed: mine, scope: 'person-' }, ROLES)}
      <button class="primary">Add</button>
    </form>
  </section>`;
}

function tokenForm(visit: SignedIn, people: readonly Person[], typed: Typed): Html {
  const mine = of(typed, 'token');
  const owners = people
    .filter(({ disabledAt }) => disabledAt === null)
    .map(({ id, name }) => ({ value: id, title: shortened(name, 80) }));
  return html`<section aria-labelledby="make-token">
    <h2 id="make-token">Make a token</h2>
    <form class="card" method="post" action="/people/tokens">
      ${csrfField(visit.csrf)} ${selectField({ name: 'person', label: 'For', typed: mine, scope: 'token-' }, owners)}
      ${nameField({ label: 'What it is for', help: 'For example “CI of the mail app”.', typed: mine, scope: 'token-' })}
      ${selectField({ name: 'role', label: 'Role', help: 'It never has more rights than its person.', typed: mine, scope: 'token-' }, ROLES)}
      ${field(
        { name: 'days', label: 'Days until it ends', help: 'Empty: no end.', typed: mine, scope: 'token-' },
        ({ id, name, value, described }) =>
          html`<input id="${id}" name="${name}" type="number" min="1" max="3650" value="${value}" ${described} />`,
      )}
      <button class="primary">Make the token</button>
    </form>
  </section>`;
}

function nameField(shown: { label: string; help: string; typed: Typed; scope: string }): Html {
  return field(
    { name: 'name', ...shown },
    ({ id, name, value, described }) =>
      html`<input
        id="${id}"
        name="${name}"
        value="${value}"
        maxlength="200"
        required
        autocomplete="off"
        ${described}
      />`,
  );
}

/** Two forms stand on the page: what was typed into one is not shown in the other. */
function of(typed: Typed, form: 'person' | 'token'): Typed {
  return typed.values['form'] === form ? typed : { values: {}, problems: {} };
}
