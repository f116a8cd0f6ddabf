import { version } from '../version.ts';

export const userAgent = `exchange-crm-sync/${version}`;
