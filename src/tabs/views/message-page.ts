import { html, type Html } from './html.ts';

/** A page with one thing to say: not found, refused, broken. */
export function messagePage(title: string, text: string): Html {
  return html`<section class="card narrow">
    <h1>${title}</h1>
    <p>${text}</p>
    <p><a href="/">Back to the dashboard</a></p>
  </section>`;
}
