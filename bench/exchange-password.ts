/** Of every account in the benchmark's own server. */
export const benchPassword = 'bench';
