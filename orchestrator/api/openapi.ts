import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Problem, ReportView, SubmissionRequest, SubmissionView } from '../contract/api.ts';
import { AuditEntry } from '../contract/audit.ts';
import { Device } from '../contract/device.ts';
import { RunComparison } from '../contract/difference.ts';
import { Person, Token } from '../contract/person.ts';
import { Allowance, Review } from '../contract/review.ts';
import { requestBodyOf } from './openapi-upload.ts';
import type { Service } from '../service.ts';

/** The form of an upload is read part by part and never as a whole: it is described here, not validated. */
export const UPLOAD_BODY = { consumes: ['multipart/form-data'] };

/** Shapes that the document names; every other stands where it is used. */
const NAMED = {
  ...{ Submission: SubmissionView, Report: ReportView, Problem, AuditEntry, Device, RunComparison, Person, Token },
  ...{ Allowance, Review },
};

/** OpenAPI 3.1 from the schemas by which requests are checked and answers written. Call it before the routes. */
export async function describeApi(server: FastifyInstance, service: Pick<Service, 'engineVersion'>): Promise<void> {
  const schemaRegistry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) schemaRegistry.add(schema, { id });
  const transform = createJsonSchemaTransform({ schemaRegistry });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'sleeptalk',
        description: 'Submit Android apps, watch them being vetted, read reports, review.',
        version: service.engineVersion,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{ token: [] }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'A token made by `sleeptalk token create`' },
        },
      },
    },
    transform: (given) => {
      const { schema, url } = transform(given);
      const takesFiles = given.route.config?.upload === true;
      return { url, schema: takesFiles ? { ...schema, body: requestBodyOf(SubmissionRequest) } : schema };
    },
    transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
  });
}
