import { html } from '../html.ts';
import { framed } from './frame.ts';

export interface SignIn {
  /** True where sign-in by the identity provider is offered. */
  readonly oidc: boolean;
  /** Why the last try failed; null where there was none. */
  readonly failed: string | null;
  /** Where to go afterwards: a path of this service. */
  readonly next: string;
}

/** `/sign-in`: by a token, by a one-time link, or by the identity provider where there is one. */
export function signInPage({ oidc, failed, next }: SignIn, now: Date = new Date()): string {
  const body = html`<div class="narrow">
    <h1>Sign in</h1>
    ${
      failed !== null &&
      html`<div class="alert" role="alert">
        <h2>That did not work</h2>
        <p>${failed}</p>
      </div>`
    }
    ${oidc && html`<p><a class="button primary" href="/sign-in/oidc?next=${encodeURIComponent(next)}">Continue with your organisation</a></p>`}
    <form class="card" method="post" action="/sign-in">
      <input type="hidden" name="next" value="${next}" />
      <div class="field">
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          required
          maxlength="200"
          autocomplete="current-password"
          spellcheck="false"
          aria-describedby="token-help"
          ${failed !== null && html`aria-invalid="true"`}
        />
        <p class="help" id="token-help">It begins with <span class="mono">slt_</span>.</p>
      </div>
      <button class="primary">Sign in</button>
    </form>
    <h2>No token?</h2>
    <p>
      An administrator makes one for you under People. On a machine of your own,
      <span class="mono">npm start</span> prints a link that signs you in once, and
      <span class="mono">sleeptalk token create</span> makes a token.
    </p>
  </div>`;
  return framed({ actor: null, csrf: null, path: '/sign-in', now, flash: null }, { title: 'Sign in', body });
}
