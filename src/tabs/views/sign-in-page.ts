import { html, type Html } from './html.ts';
import { csrfField } from './layout.ts';

/** Shown to whoever comes without a session. `ended`: he had one. */
export function signInHelp(problem: string | null): Html {
  return html`<section class="card narrow">
    <h1>Sign in</h1>
    ${problem && html`<p class="notice bad" role="alert">${problem}</p>`}
    <p>
      You sign in with a link that works once. Ask your administrator for one, or make it yourself on the
      server:
    </p>
    <pre><code>exsync user link you@example.com</code></pre>
    <p class="muted">
      Open the link in this browser. Links expire soon; make a new one whenever you need it.
    </p>
  </section>`;
}

/** The button keeps mail scanners and link previews, which only follow links, from using the link up. */
export function signInConfirm(link: string, csrfToken: string): Html {
  return html`<section class="card narrow">
    <h1>Sign in</h1>
    <p>Your link is ready. It works once, in this browser.</p>
    <form method="post" action="/sign-in">
      ${csrfField(csrfToken)}
      <input type="hidden" name="link" value="${link}" />
      <button class="primary" type="submit">Sign in</button>
    </form>
  </section>`;
}
