/** The floor: the same requests, prebuilt, sent by a bare client that looks at nothing but whether they succeeded. */
import { Pool } from 'undici';

export async function replay(
  url: string,
  password: string,
  bodies: readonly string[],
  inFlight: number,
): Promise<{ readonly wallMs: number; readonly failures: number }> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: inFlight });
  const authorization = `Basic ${Buffer.from(`svc:${password}`).toString('base64')}`;
  const headers = { 'content-type': 'text/xml; charset=utf-8', authorization };
  const prebuilt = bodies.map((body) => Buffer.from(body));
  let next = 0;
  let failures = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let body = prebuilt[next++]; body !== undefined; body = prebuilt[next++]) {
        const answer = await pool.request({ path: pathname, method: 'POST', headers, body });
        const text = await answer.body.text();
        if (answer.statusCode !== 200 || !text.includes('NoError')) failures += 1;
      }
    }),
  );
  const wallMs = performance.now() - begun;
  await pool.close();
  return { wallMs, failures };
}
