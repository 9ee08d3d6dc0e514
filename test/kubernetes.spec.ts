import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IContainer } from 'kubernetes-models/v1/Container';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';
import { type Config, readConfig } from '../src/config';
import { environment } from '../src/environment';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';

const FOLDER = join(__dirname, '../docker/kubernetes');

/** Each with the module that has its schema and its type. */
const KINDS = {
  ConfigMap: [ConfigMap, 'v1'],
  Deployment: [Deployment, 'apps/v1'],
  HorizontalPodAutoscaler: [HorizontalPodAutoscaler, 'autoscaling/v2'],
  Ingress: [Ingress, 'networking.k8s.io/v1'],
  Job: [Job, 'batch/v1'],
  Namespace: [Namespace, 'v1'],
  NetworkPolicy: [NetworkPolicy, 'networking.k8s.io/v1'],
  PodDisruptionBudget: [PodDisruptionBudget, 'policy/v1'],
  Secret: [Secret, 'v1'],
  Service: [Service, 'v1'],
} as const;

type Kind = keyof typeof KINDS;
type Model = InstanceType<(typeof KINDS)[Kind][0]>;

/** What is written in it, as Kubernetes would read it. */
interface Manifest {
  readonly file: string;
  readonly kind: Kind;
  readonly name: string;
  readonly model: Model;
  readonly json: object;
}

const manifests: Manifest[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
  .flatMap((file) =>
    parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => {
      const json = document.toJS() as { kind: Kind; metadata: { name: string } };
      const [Class] = KINDS[json.kind];
      return { file, kind: json.kind, name: json.metadata.name, model: new Class(json), json };
    }),
  );

function all<T extends Model>(Class: new (...args: never[]) => T): T[] {
  return manifests.flatMap(({ model }) => (model instanceof Class ? [model] : []));
}

function only<T extends Model>(Class: new (...args: never[]) => T): T {
  const [model, ...others] = all(Class);
  if (!model || others.length > 0) throw new Error(`there is not one ${Class.name}`);
  return model;
}

function service(wanted: string): Service {
  const found = all(Service).find(({ metadata }) => metadata?.name === wanted);
  if (!found) throw new Error(`there is no Service ${wanted}`);
  return found;
}

/** Of Deployments and Jobs. */
const templates: IPodTemplateSpec[] = [...all(Deployment), ...all(Job)].map(
  ({ spec }) => spec?.template ?? {},
);

function containerOf(template: IPodTemplateSpec): IContainer {
  const [container, ...others] = template.spec?.containers ?? [];
  if (!container || others.length > 0) throw new Error('there is not one container');
  return container;
}

/** What a container's process finds in its environment. */
function environmentOf(template: IPodTemplateSpec): Record<string, string> {
  const { env = [], envFrom = [] } = containerOf(template);
  const sources = envFrom.map(({ configMapRef, secretRef }) => {
    const name = configMapRef?.name ?? secretRef?.name;
    if (configMapRef) return all(ConfigMap).find(({ metadata }) => metadata?.name === name)?.data;
    return all(Secret).find(({ metadata }) => metadata?.name === name)?.stringData;
  });
  if (sources.includes(undefined)) throw new Error(`not all that envFrom names is there`);
  return Object.assign({}, ...sources, ...env.map(({ name, value }) => ({ [name]: value }))) as Record<
    string,
    string
  >;
}

/** When somebody has filled in the Secret. */
function configOf(template: IPodTemplateSpec): Config {
  return readConfig({
    ...environmentOf(template),
    SPG_API_KEYS: 'agreed-key',
    AUTH_JWT_SECRET: 'a'.repeat(32),
    FOLLOWUP_JWT_SECRET: 'f'.repeat(32),
    ENCRYPTION_KEY: Buffer.alloc(32, 'e').toString('base64'),
  });
}

/** What the compiler says of them: unlike the schema, the types know which members there are. */
function complaints(): string[] {
  const file = join(__dirname, 'manifests.ts');
  const lines = manifests.map(
    ({ kind, json }, index) =>
      `import type { I${kind} as K${index} } from 'kubernetes-models/${KINDS[kind][1]}/${kind}'; export const m${index}: K${index} = ${JSON.stringify(json)};`,
  );
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es2023.d.ts'],
  };
  const host = ts.createCompilerHost(options);
  const parseFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, target, ...rest) =>
    path === file ? ts.createSourceFile(path, lines.join('\n'), target) : parseFile(path, target, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(({ start = 0, messageText }) => {
    const { line } = ts.getLineAndCharacterOfPosition(program.getSourceFile(file) as ts.SourceFile, start);
    return `${manifests[line]?.file}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

describe('each manifest', () => {
  it.each(manifests.map((manifest) => [manifest.kind, manifest.name, manifest.model] as const))(
    'is as the schema of Kubernetes has it: %s %s',
    (_kind, _name, model) => {
      expect(() => model.validate()).not.toThrow();
    },
  );

  it('has no member that Kubernetes does not know', () => {
    expect(complaints()).toEqual([]);
  });

  it('is in the namespace, and one of the kustomization but for the secrets', () => {
    const elsewhere = manifests.filter(
      ({ kind, model }) =>
        kind !== 'Namespace' && model.metadata?.namespace !== only(Namespace).metadata?.name,
    );
    expect(elsewhere).toEqual([]);
    const { resources } = parse(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8')) as {
      resources: string[];
    };
    expect(new Set([...resources, 'secret.example.yaml'])).toEqual(
      new Set(manifests.map(({ file }) => file)),
    );
  });
});

describe('the configuration', () => {
  it('names nothing that the gateway does not know', () => {
    const names = templates.flatMap((template) => Object.keys(environmentOf(template)));
    expect(names.filter((name) => !(name in environment.shape))).toEqual([]);
  });

  it('is refused as long as the Secret is not filled in', () => {
    for (const template of templates) {
      expect(() => readConfig(environmentOf(template))).toThrow(
        /^The environment is not valid:(?=[^]*SPG_API_KEYS)(?=[^]*AUTH_JWT_SECRET)(?=[^]*FOLLOWUP_JWT_SECRET)(?=[^]*ENCRYPTION_KEY)/,
      );
    }
  });

  it('is good for production, for replicas of each role and for the migration', () => {
    const configs = templates.map(configOf);
    expect(configs.map(({ production, servesApi, runsWork }) => [production, servesApi, runsWork])).toEqual([
      [true, true, false],
      [true, false, true],
      [true, true, true],
    ]);
    expect(configs.map(({ trustProxy, database }) => [trustProxy, database.migrateOnStart])).toEqual(
      templates.map(() => [1, false]),
    );
  });

  it('has all that is secret in the Secret alone', () => {
    const { data = {} } = only(ConfigMap);
    expect(
      Object.keys(data).filter((name) => /SECRET|KEY|PASSWORD|DATABASE_URL|SMTP_URL/.test(name)),
    ).toEqual([]);
  });
});

describe('the pods', () => {
  it('run as nobody in particular, on a file system that they can not write to', () => {
    for (const template of templates) {
      expect(template.spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(containerOf(template).securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(containerOf(template).resources).toMatchObject({ requests: {}, limits: {} });
    }
  });

  it('are probed where the gateway answers', async () => {
    const gateway = await startGateway();
    for (const { spec } of all(Deployment)) {
      const container = containerOf(spec?.template ?? {});
      const { startupProbe, readinessProbe, livenessProbe, ports = [] } = container;
      expect(ports).toEqual([{ name: 'http', containerPort: configOf(spec?.template ?? {}).port }]);
      for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
        expect(probe?.httpGet?.port).toBe('http');
        expect((await ask(gateway.url + probe?.httpGet?.path)).status).toBe(200);
      }
      expect(readinessProbe?.httpGet?.path).toBe('/health/ready');
      expect(livenessProbe?.httpGet?.path).toBe('/health/live');
      const annotations = spec?.template.metadata?.annotations ?? {};
      expect(annotations['prometheus.io/port']).toBe(String(ports[0]?.containerPort));
      expect((await ask(gateway.url + annotations['prometheus.io/path'])).status).toBe(200);
    }
    await gateway.close();
  });

  it('have the time that they need to end', () => {
    for (const { spec } of all(Deployment)) {
      const template = spec?.template ?? {};
      const { shutdownDelayMs, servesApi } = configOf(template);
      const command = containerOf(template).lifecycle?.preStop?.exec?.command;
      expect(command).toEqual(servesApi ? ['sleep', String(shutdownDelayMs / 1000)] : undefined);
      const sleepMs = Number(command?.[1] ?? 0) * 1000;
      expect((template.spec?.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThanOrEqual(
        sleepMs + shutdownDelayMs + 10_000,
      );
    }
  });

  it('are replaced one by one, and spread over nodes and zones', () => {
    for (const { spec } of all(Deployment)) {
      expect(spec?.strategy).toEqual({
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
      });
      const spread = spec?.template.spec?.topologySpreadConstraints ?? [];
      expect(spread.map(({ topologyKey }) => topologyKey)).toEqual([
        'kubernetes.io/hostname',
        'topology.kubernetes.io/zone',
      ]);
      for (const { labelSelector } of spread) expect(labelSelector).toEqual(spec?.selector);
    }
  });
});

describe('selectors', () => {
  /** The templates whose labels a selector finds. */
  function found(labels: Readonly<Record<string, string>> = {}): string[] {
    return templates.flatMap(({ metadata }) => {
      const has = ([name, value]: [string, string]): boolean => metadata?.labels?.[name] === value;
      return Object.entries(labels).every(has)
        ? [metadata?.labels?.['app.kubernetes.io/component'] ?? '']
        : [];
    });
  }

  it('of Deployments and budgets find their own pods and no others', () => {
    for (const { metadata, spec } of [...all(Deployment), ...all(PodDisruptionBudget)]) {
      expect([`karere-${found(spec?.selector?.matchLabels).join()}`]).toEqual([metadata?.name]);
    }
    expect(all(PodDisruptionBudget).map(({ metadata }) => metadata?.name)).toEqual(
      all(Deployment).map(({ metadata }) => metadata?.name),
    );
  });

  it('of the Service find those that serve the API, at a port that they have', () => {
    const { selector, ports } = service('karere').spec ?? {};
    expect(found(selector)).toEqual(['api']);
    expect(ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
  });

  it('of the headless Services find the processes that Prometheus scrapes, ready or not, and no others', () => {
    const { scrape_configs: scraped } = parse(
      readFileSync(join(__dirname, '../docker/observability/prometheus.yaml'), 'utf8'),
    ) as { scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[] };
    const asked = scraped.flatMap(({ dns_sd_configs: searches }) => searches);
    const { metadata } = only(Namespace);
    for (const role of ['api', 'worker']) {
      const { spec } = service(`karere-${role}`);
      expect(spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
      expect(found(spec?.selector)).toEqual([role]);
      expect(asked).toMatchObject([
        {
          names: expect.arrayContaining([`karere-${role}.${metadata?.name}.svc`]) as string[],
          port: spec?.ports?.[0]?.port,
        },
      ]);
    }
    for (const { spec } of all(Deployment)) {
      const { ports = [] } = containerOf(spec?.template ?? {});
      expect(ports.map(({ containerPort }) => containerPort)).toEqual(asked.map(({ port }) => port));
    }
  });

  it('of the network policy find all', () => {
    expect(found(only(NetworkPolicy).spec?.podSelector?.matchLabels)).toEqual(['api', 'worker', 'migrate']);
  });

  it('of the autoscaler finds a Deployment that leaves the number to it', () => {
    const { scaleTargetRef, minReplicas } = only(HorizontalPodAutoscaler).spec ?? {};
    const target = all(Deployment).find(({ metadata }) => metadata?.name === scaleTargetRef?.name);
    expect([target?.apiVersion, target?.kind]).toEqual([scaleTargetRef?.apiVersion, scaleTargetRef?.kind]);
    expect(target?.spec?.replicas).toBeUndefined();
    expect(minReplicas).toBeGreaterThan(1);
  });
});

describe('the Ingress', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  const paths = only(Ingress).spec?.rules?.[0]?.http?.paths ?? [];

  /** As Kubernetes matches: by whole parts of the path. */
  function leads(path: string): boolean {
    return paths.some(({ path: prefix, pathType }) =>
      pathType === 'Exact' ? path === prefix : path === prefix || path.startsWith(`${prefix}/`),
    );
  }

  it('leads to every route of the API, and to neither probes nor metrics', async () => {
    const { body } = await ask(`${gateway.url}/docs-json`);
    const inside = Object.keys(body['paths'] as object).filter((path) => !leads(path));
    expect(inside.toSorted()).toEqual(['/health/live', '/health/ready']);
    expect([leads('/metrics'), leads('/docs'), leads('/docs-json'), leads('/asyncapi.json')]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('leads to the Service, by the name of a port that it has', () => {
    const { metadata, spec } = service('karere');
    for (const { backend } of paths) {
      expect(backend.service).toEqual({ name: metadata?.name, port: { name: spec?.ports?.[0]?.name } });
    }
  });
});
