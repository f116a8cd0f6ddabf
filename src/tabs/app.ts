/** The web application: pages for people, /api for programs, /healthz and /readyz for monitoring. */
import express, { type Application, type ErrorRequestHandler, type RequestHandler } from 'express';
import helmet from 'helmet';
import { loadAssets } from './assets.ts';
import type { TabsDeps } from './ports.ts';
import { actionRoutes } from './routes/actions.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { eventStreams } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { mappingRoutes } from './routes/mapping.ts';
import { settingsRoutes } from './routes/settings.ts';
import { moduleRoutes } from './routes/modules.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { cookieNames, requireReader } from './session.ts';
import { page } from './views/layout.ts';
import { messagePage } from './views/message-page.ts';
import { signInHelp } from './views/sign-in-page.ts';

export interface TabsApp {
  readonly app: Application;
  /** Ends the open streams of live progress; call it before closing the server. */
  close(): void;
}

export function createApp(deps: TabsDeps): TabsApp {
  const app = express();
  const assets = loadAssets();
  const events = eventStreams(deps);
  app.set('trust proxy', 'loopback');
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.disable('etag');

  app.use(securityHeaders(deps));
  app.use(healthRoutes(deps));
  app.use(assets.router);
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.use('/api', deps.crmApi, apiNotFound);

  app.use(signInRoutes(deps, assets));
  app.use(
    requireReader(deps, (_request, response) => {
      response.status(401).send(page({ title: 'Sign in', assets, signedIn: null }, signInHelp(null)));
    }),
  );
  app.use(dashboardRoutes(deps, assets));
  app.use(actionRoutes(deps, assets));
  app.use(historyRoutes(deps, assets));
  app.use(mappingRoutes(deps, assets));
  app.use(settingsRoutes(deps, assets));
  app.use(moduleRoutes(deps, assets));
  app.use(events.router);
  app.use((_request, response) => {
    const title = 'Not found';
    const text = 'There is no page at this address.';
    response.status(404).send(page({ title, assets, signedIn: null }, messagePage(title, text)));
  });
  app.use(failure());
  return { app, close: () => events.close() };

  /** Wrong requests are answered as such; anything else is logged here and told without details. */
  function failure(): ErrorRequestHandler {
    return async (error: unknown, request, response, next) => {
      if (response.headersSent) return next(error);
      const status = clientStatus(error) ?? ((await deps.missing()) === 'database' ? 503 : 500);
      if (status >= 500)
        deps.log.error('A request failed', { method: request.method, path: request.path, error });
      const { title, text } = failures[status] ?? notUnderstood;
      response.status(status);
      if (status === 503) response.set('Retry-After', '10');
      if (request.path.startsWith('/api/')) {
        return void response.type('application/problem+json').send(JSON.stringify({ title, status }));
      }
      response.send(page({ title, assets, signedIn: null }, messagePage(title, text)));
    };
  }
}

interface Failure {
  readonly title: string;
  readonly text: string;
}

const notUnderstood: Failure = { title: 'Not understood', text: 'The request could not be read.' };
const failures: Readonly<Record<number, Failure>> = {
  500: {
    title: 'Something went wrong',
    text: 'The page could not be made. The log of the server says why; syncing goes on.',
  },
  503: {
    title: 'Not available now',
    text: 'The database does not answer. Syncing goes on by itself once it does; try again in a moment.',
  },
};

const apiNotFound: RequestHandler = (_request, response) => {
  const problem = { title: 'Not found', status: 404, detail: 'There is nothing at this address.' };
  response.status(404).type('application/problem+json').send(JSON.stringify(problem));
};

/** The status express and its parsers give to errors that are the caller's fault. */
function clientStatus(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function securityHeaders({ publicUrl, frameAncestors }: TabsDeps): RequestHandler {
  const { secure } = cookieNames(publicUrl);
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: frameAncestors.length > 0 ? [...frameAncestors] : ["'none'"],
      },
    },
    // frame-ancestors says it better; this older header knows no list of origins.
    xFrameOptions: frameAncestors.length > 0 ? false : { action: 'deny' },
    // The sign-in link is in the address: it must not leave in a Referer. With no-referrer, browsers send forms with
    // the origin "null".
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
}
