import { environment } from '../../src/environment';

/** What makes a process a replica of this cluster: were it taken over, all would want one port, or another database. */
const OF_THE_CLUSTER = new Set([
  'NODE_ENV',
  'PORT',
  'HOST',
  'ROLE',
  'DATA_DIR',
  'DATABASE_URL',
  'MIGRATE_ON_START',
  'TRUST_PROXY',
  'SHUTDOWN_DELAY_MS',
]);

/** Of an environment what the gateway knows, such as ITAS_URL, and what is not for the cluster to say. */
export function settingsIn(env: NodeJS.ProcessEnv): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of Object.keys(environment.shape)) {
    const value = env[name];
    if (value !== undefined && !OF_THE_CLUSTER.has(name)) settings[name] = value;
  }
  return settings;
}
