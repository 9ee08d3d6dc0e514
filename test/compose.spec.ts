import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readConfig } from '../src/config';
import { environment } from '../src/environment';
import { serve } from './support/small-server';

/** What is looked at of a service. */
interface Service {
  readonly build?: object;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { test?: readonly string[]; disable?: boolean };
  readonly deploy?: { replicas: number };
  readonly volumes?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
}

const DOCKER = join(__dirname, '../docker');

/** `${NAME}`, `${NAME:-default}` or `${NAME:?why}`. */
const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

let text: string;
let services: Record<string, Service>;
let volumes: Record<string, unknown>;
let nginx: string;
let example: Record<string, string>;

beforeAll(async () => {
  text = await readFile(join(DOCKER, 'compose.yaml'), 'utf8');
  ({ services, volumes } = parse(text, { merge: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  });
  nginx = await readFile(join(DOCKER, 'nginx.conf'), 'utf8');
  const lines = (await readFile(join(DOCKER, '.env.example'), 'utf8')).split('\n');
  example = Object.fromEntries(
    lines
      .filter((line) => /^\w/.test(line))
      .map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) as [string, string]),
  );
});

/** The services that run our own image. */
function ours(): [name: string, service: Service][] {
  return Object.entries(services).filter(([, { build }]) => build !== undefined);
}

/** As Compose fills it in. @throws when a value is required and the example has none */
function interpolate(value: string): string {
  return value.replaceAll(VARIABLE, (_all, name: string, kind: string | undefined, more: string) => {
    const given = example[name] ?? '';
    if (given === '' && kind === '?') throw new Error(`${name} is required: ${more}`);
    return given === '' && kind === '-' ? more : given;
  });
}

/** What its processes find, with what stands in `docker/.env`, if there is one. */
function environmentOf(service: string, file: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries(services[service]?.environment ?? {});
  return {
    NODE_ENV: 'production',
    ...file,
    ...Object.fromEntries(entries.map(([name, value]) => [name, interpolate(value)])),
  };
}

/** `nginx.conf`'s value of a directive in seconds. */
function secondsOf(directive: string): number {
  return Number(new RegExp(`^ +${directive} (\\d+)s;`, 'm').exec(nginx)?.[1]);
}

describe('docker/compose.yaml', () => {
  it('has two replicas for the API and two workers, behind nginx', () => {
    expect(Object.keys(services).toSorted()).toEqual([
      'api',
      'mail',
      'migrate',
      'nats',
      'nginx',
      'postgres',
      'worker',
    ]);
    for (const role of ['api', 'worker']) {
      expect(services[role]).toMatchObject({ deploy: { replicas: 2 }, environment: { ROLE: role } });
    }
    expect(services['nginx']?.volumes).toEqual(['./nginx.conf:/etc/nginx/nginx.conf:ro']);
    expect(nginx).toContain(`server api:${readConfig(environmentOf('api')).port} resolve `);
  });

  it('has names that Prometheus asks DNS for', async () => {
    const file = await readFile(join(DOCKER, 'observability/prometheus.yaml'), 'utf8');
    const { scrape_configs: scraped } = parse(file) as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    for (const role of ['api', 'worker']) {
      expect(scraped[0]?.dns_sd_configs[0]?.names).toContain(role);
      expect(readConfig(environmentOf(role)).port).toBe(scraped[0]?.dns_sd_configs[0]?.port);
    }
  });

  it('names nothing that the gateway does not know', () => {
    const names = ours().flatMap(([, service]) => Object.keys(service.environment ?? {}));
    expect(names.filter((name) => !(name in environment.shape))).toEqual([]);
  });

  it('is good for production with the example, which has no more than it asks for', () => {
    for (const [name] of ours()) {
      expect(readConfig(environmentOf(name))).toMatchObject({ production: true, trustProxy: 1 });
    }
    const asked = new Set([...text.matchAll(VARIABLE)].map(([, name]) => name));
    expect(Object.keys(example).filter((name) => !asked.has(name))).toEqual([]);
  });

  it('takes every other setting from docker/.env, such as a JWKS in place of the secret of bearer tokens', () => {
    for (const [, { env_file: files }] of ours()) expect(files).toEqual([{ path: '.env', required: false }]);
    const { AUTH_JWT_SECRET: secret, ...others } = example;
    example = others;
    expect(() => readConfig(environmentOf('api'))).toThrow(/AUTH_JWKS_URL or AUTH_JWT_SECRET/);
    const file = { AUTH_JWKS_URL: 'https://login.example.nz/keys', RETENTION_DAYS: '7' };
    expect(readConfig(environmentOf('api', file))).toMatchObject({ retentionDays: 7 });
    example = { ...others, ...(secret !== undefined && { AUTH_JWT_SECRET: secret }) };
  });

  it('refuses to start without secrets', () => {
    const [, required] = [...text.matchAll(VARIABLE)].reduce<[string[], Set<string>]>(
      ([all, needed], [, name = '', kind]) => [all, kind === '?' ? needed.add(name) : needed],
      [[], new Set()],
    );
    // Of the one that is missing the gateway itself says that it needs this or a JWKS.
    expect(new Set([...required, 'AUTH_JWT_SECRET'])).toEqual(new Set(Object.keys(example)));
  });

  it('waits only for services that are there, and for their health only if they tell of it', () => {
    for (const { depends_on: needed = {} } of Object.values(services)) {
      for (const [name, { condition }] of Object.entries(needed)) {
        expect(services).toHaveProperty(name);
        if (condition === 'service_healthy') expect(services[name]?.healthcheck?.test).toBeDefined();
      }
    }
  });

  it.each([
    [200, 0],
    [503, 1],
  ])('finds a replica that answers %d healthy by the exit code %d', async (status, exitCode) => {
    const [kind, command = '', ...args] = services['api']?.healthcheck?.test ?? [];
    expect(kind).toBe('CMD');
    const replica = await serve((_request, response) => response.writeHead(status).end());
    const script = args.map((arg) => arg.replace('http://127.0.0.1:3000', replica.url));
    const code = await new Promise((resolve) => {
      spawn(command, script).once('exit', resolve);
    });
    await replica.close();
    expect(code).toBe(exitCode);
  });

  it('finds every host by the name of its service', () => {
    for (const name of ['DATABASE_URL', 'SMTP_URL', 'NATS_URL']) {
      expect(services).toHaveProperty(new URL(environmentOf('api')[name] ?? '').hostname);
    }
  });

  it('keeps its data in volumes that are there', () => {
    const named = Object.values(services)
      .flatMap((service) => service.volumes ?? [])
      .filter((volume) => /^\w/.test(volume));
    expect(named.map((volume) => volume.split(':')[0])).toEqual(Object.keys(volumes));
  });

  it('starts everything again that ends, but a migration that is done', () => {
    const policies = Object.entries(services).map(([name, { restart }]) => [name, restart]);
    expect(policies).toEqual(
      Object.keys(services).map((name) => [name, name === 'migrate' ? 'on-failure' : 'unless-stopped']),
    );
  });

  it('migrates once, in front of those that do not', () => {
    expect(services['migrate']?.command?.at(-1)).toBe('dist/src/migrate.js');
    for (const role of ['api', 'worker']) {
      expect(readConfig(environmentOf(role)).database.migrateOnStart).toBe(false);
      expect(services[role]?.depends_on?.['migrate']?.condition).toBe('service_completed_successfully');
    }
  });

  it('gives a replica the time that nginx needs to notice, and that it needs itself', () => {
    const { shutdownDelayMs } = readConfig(environmentOf('api'));
    expect(shutdownDelayMs).toBeGreaterThan(secondsOf('keepalive_timeout') * 1000);
    const grace = Number(/^(\d+)s$/.exec(services['api']?.stop_grace_period ?? '')?.[1]) * 1000;
    expect(grace).toBeGreaterThanOrEqual(shutdownDelayMs + 10_000);
  });
});
