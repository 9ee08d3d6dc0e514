import { existsSync } from 'node:fs';

/** Reads `.env` of the working directory into the environment; what is set already stands. */
export function readDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}
