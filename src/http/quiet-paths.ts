const PROBE = /^\/(health|metrics)(\/|$)/;
const PAGE = /^\/(docs(-json|-yaml)?|asyncapi\.json)(\/|$)/;

/** Whether it is a probe or a scrape: who asks is a machine of ours. */
export function isProbe(path: string): boolean {
  return PROBE.test(path);
}

/** Whether it would drown what partners send, in logs and traces: probes, scrapes and the pages of documentation. */
export function isQuiet(path: string): boolean {
  return isProbe(path) || PAGE.test(path);
}
