import { Router } from 'express';
import type { Assets } from '../assets.ts';
import { loadDashboard } from '../dashboard.ts';
import type { TabsDeps } from '../ports.ts';
import { readerOf, signedInAs } from '../session.ts';
import { dashboardPage } from '../views/dashboard-page.ts';
import { page, productName } from '../views/layout.ts';

export function dashboardRoutes(deps: TabsDeps, assets: Assets): Router {
  const router = Router();
  router.get('/', async (request, response) => {
    const reader = readerOf(response);
    const { search, page: number } = request.query;
    const dashboard = await loadDashboard(deps, reader, {
      search: typeof search === 'string' ? search.trim().slice(0, 200) : '',
      page: typeof number === 'string' && /^\d{1,6}$/.test(number) ? Number(number) : 1,
    });
    const signedIn = signedInAs(reader);
    response.send(
      page({ title: productName, assets, current: 'dashboard', signedIn }, dashboardPage(dashboard)),
    );
  });
  return router;
}
