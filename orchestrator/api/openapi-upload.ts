import { z } from 'zod';

/** The parts of an upload as OpenAPI 3.1 says them: the files under `apk`, the rest text fields. */
export function requestBodyOf(fields: z.ZodObject): Record<string, unknown> {
  const { properties } = z.toJSONSchema(fields, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' });
  return {
    type: 'object',
    required: ['apk'],
    properties: {
      apk: {
        description: 'One file, or several parts of this name',
        type: 'array',
        items: { type: 'string', contentMediaType: 'application/octet-stream' },
        minItems: 1,
      },
      ...properties,
    },
  };
}
