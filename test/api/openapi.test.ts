import { Validator } from '@seriousme/openapi-schema-validator';
import createClient from 'openapi-fetch';
import { format, resolveConfig } from 'prettier';
import openapiTypescript, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLACES, type Place } from '../store/places.ts';
import { freshApk } from './forms.ts';
import type { paths } from './generated/api.d.ts';
import { openStand, type Guest, type Stand } from './stand.ts';

let place: Place;
let stand: Stand;
let guest: Guest;
let document: OpenAPI3;

beforeAll(async () => {
  place = await PLACES[0]!.open();
  stand = await openStand(place);
  await stand.work();
  guest = await stand.person('admin');
  document = (await (await fetch(`${stand.address}/api/v1/openapi.json`)).json()) as OpenAPI3;
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  await place?.[Symbol.asyncDispose]();
});

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const result = await new Validator().validate(structuredClone(document) as never);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('has every address of the API, each with its problems, and none of the pages', () => {
    const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.entries(item as Record<string, { operationId?: string; responses: Record<string, unknown> }>).map(
        ([method, operation]) => ({ at: `${method.toUpperCase()} ${path}`, operation }),
      ),
    );
    expect(operations.map((one) => one.at).filter((at) => !at.includes(' /api/v1/'))).toEqual([]);
    expect(operations.length).toBeGreaterThan(25);
    for (const { at, operation } of operations) {
      expect(Object.keys(operation.responses), at).toEqual(expect.arrayContaining(['4XX', '5XX']));
    }
    const ids = operations.map((one) => one.operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
  });

  it('makes the types that the client below is checked by (vitest -u writes them anew)', async () => {
    const source = astToString(await openapiTypescript(structuredClone(document)));
    const notice =
      '// Written by `npx vitest run -u --project parts openapi` from the OpenAPI document of the service.';
    const options = { ...(await resolveConfig('package.json')), parser: 'typescript' };
    await expect(await format(`${notice}\n${source}`, options)).toMatchFileSnapshot('./generated/api.d.ts');
  });
});

describe('a client that is generated from it', () => {
  it('submits, watches, reads, reviews, compares and looks at the allowlist', async () => {
    const client = createClient<paths>({
      baseUrl: stand.address,
      headers: { authorization: `Bearer ${guest.secret}` },
    });
    const apk = JSON.stringify(freshApk({ package: 'org.example.generated', verdict: 'consistent' }));
    const made = await client.POST('/api/v1/submissions', {
      body: { apk: [apk], function: 'torch', minutes: 5 },
      bodySerializer({ apk: files, ...fields }) {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.append(name, `${value as string | number | boolean}`);
        for (const file of files) form.append('apk', new Blob([file]), 'torch.apk');
        return form;
      },
    });
    expect(made.error).toBeUndefined();
    const id = made.data?.id ?? '';

    const path = { params: { path: { id } } };
    const events = await client.GET('/api/v1/submissions/{id}/events', { ...path, parseAs: 'text' });
    expect(events.data).toContain('event: report');
    const submission = await client.GET('/api/v1/submissions/{id}', path);
    expect(submission.data).toMatchObject({ state: 'done', verdict: 'consistent', function: 'torch' });
    const listed = await client.GET('/api/v1/submissions', {
      params: { query: { package: 'org.example.generated', limit: 10 } },
    });
    expect(listed.data?.items.map((one) => one.id)).toEqual([id]);

    const report = { params: { path: { id: submission.data?.report ?? '' } } };
    const read = await client.GET('/api/v1/reports/{id}', report);
    expect(read.data).toMatchObject({ schema: 'sleeptalk-report-1', verdict: 'consistent' });
    const reviewed = await client.POST('/api/v1/reports/{id}/reviews', {
      ...report,
      body: { decision: 'approve', reason: 'as a torch should be' },
    });
    expect(reviewed.data?.allowance?.package).toBe('org.example.generated');
    const both = { params: { path: { a: report.params.path.id, b: report.params.path.id } } };
    expect((await client.GET('/api/v1/reports/{a}/compare/{b}', both)).data?.same).toBe(true);
    const allowed = await client.GET('/api/v1/allowlist/{package}', {
      params: { path: { package: 'org.example.generated' } },
    });
    expect(allowed.data?.items).toHaveLength(1);
    const unknown = await client.GET('/api/v1/submissions/{id}', { params: { path: { id: 'sub-none' } } });
    expect(unknown.error?.code).toBe('submission-unknown');
  });
});
