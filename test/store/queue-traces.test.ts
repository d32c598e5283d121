import { context, SpanKind, trace, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../orchestrator/store/ids.ts';
import { all, onEachPlace, processors, signal, sub } from './queue-harness.ts';

const noSpan = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });
const started: { name: string; kind: SpanKind | undefined }[] = [];

/** The least of a tracer that spans can be seen by; a process brings a whole SDK. */
const tracer: Tracer = {
  startSpan(name: string, options?: SpanOptions): Span {
    started.push({ name, kind: options?.kind });
    return noSpan;
  },
  startActiveSpan: (_name: string, ...rest: unknown[]) => (rest.at(-1) as (span: Span) => never)(noSpan),
};

beforeAll(() => {
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
});
afterAll(() => {
  trace.disable();
  context.disable();
});

onEachPlace('traces', (start) => {
  it('say what is added and worked on where they are asked for, and nothing otherwise', async () => {
    for (const telemetry of [false, true]) {
      started.length = 0;
      await using queue = await start({ telemetry });
      await queue.work(processors(), all);
      const id = newId('sub');
      await queue.submit(sub(id));
      await queue.waitFor(id, signal());
      const kinds = new Set(started.map((span) => span.kind));
      expect([kinds.has(SpanKind.PRODUCER), kinds.has(SpanKind.CONSUMER)]).toEqual([telemetry, telemetry]);
    }
  });
});
