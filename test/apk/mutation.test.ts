import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { signJar } from '../support/apk/sign-jar.ts';
import { launcher } from '../support/apk/description.ts';
import { writeApk, zipInputs } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { factsOf } from './reading.ts';

const APP = {
  packageName: 'org.example.mutant',
  label: 'Mutant',
  labels: { en: 'Mutant', de: 'Mutante' },
  permissions: ['android.permission.INTERNET'],
  features: [{ name: 'android.hardware.camera' }],
  pins: { 'a.example': 'c2hhMjU2' },
  metaData: { a: 'b' },
  components: [
    launcher(),
    { kind: 'service', name: '.S', foregroundServiceTypes: ['location'], metaData: { c: 1 } } as const,
  ],
};

/** A Fault with a code of its own; one that says "cannot be read" came out of the net under the reader: a hole. */
async function outcomeOf(bytes: Buffer): Promise<string> {
  const startedMs = performance.now();
  let outcome = 'read';
  try {
    await factsOf(bytes);
  } catch (error) {
    if (!(error instanceof Fault)) return `threw ${String(error)}`;
    if (error.detail.includes('cannot be read:')) return `hole: ${error.detail}`;
    outcome = error.code;
  }
  return performance.now() - startedMs > 5000 ? 'took over five seconds' : outcome;
}

const EXPECTED = /^(read|apk-[a-z-]+)$/;

async function holds(bytes: Buffer, runs: number, seed: number): Promise<void> {
  const byte = fc.record({ at: fc.nat(bytes.length - 1), to: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 3 }), async (changes) => {
      const mutant = Buffer.from(bytes);
      for (const { at, to } of changes) mutant.writeUInt8(to, at);
      expect(await outcomeOf(mutant)).toMatch(EXPECTED);
    }),
    { numRuns: runs, seed },
  );
}

describe('a damaged APK is read or ends in a Fault', () => {
  const signed = writeApk(APP);

  it('whichever bytes are changed', async () => holds(signed, 1200, 1));
  it('also where it is deflated', async () => holds(writeApk({ ...APP, deflate: true }), 500, 2));
  it('also where it is signed by v1', async () => holds(writeZip(signJar(zipInputs(APP), 1)), 800, 3));

  it('wherever it ends', async () => {
    for (let end = 0; end < signed.length; end += 7) {
      expect(await outcomeOf(signed.subarray(0, end))).toMatch(/^apk-(not-zip|truncated)$/);
    }
  });

  // Damage inside the parts that are parsed, in an archive that is whole: the reader gets past the zip each time.
  it.each(['AndroidManifest.xml', 'resources.arsc', 'res/xml/network_security_config.xml'])(
    'with every single byte of %s changed',
    async (path) => {
      const part = zipInputs(APP).find((input) => input.path === path)?.bytes ?? Buffer.alloc(0);
      expect(part.length).toBeGreaterThan(100);
      const zip = writeZip(zipInputs(APP));
      const start = zip.indexOf(part);
      expect(start).toBeGreaterThan(0);
      for (let at = 0; at < part.length; at += 1) {
        for (const flip of [0xff, 0x01]) {
          const mutant = Buffer.from(zip);
          mutant.writeUInt8(mutant.readUInt8(start + at) ^ flip, start + at);
          // Not signed, so what was parsed without a Fault ends as apk-unsigned.
          expect(await outcomeOf(mutant)).toMatch(/^apk-(unsigned|bad-manifest|malformed|too-large)$/);
        }
      }
    },
  );

  it('with every single byte of its signing block changed', async () => {
    const start = writeZip(zipInputs(APP)).length - 22;
    const end = signed.lastIndexOf('APK Sig Block 42') + 16;
    const from = signed.indexOf(Buffer.from('1a870971', 'hex')) - 16;
    expect(from).toBeLessThan(start);
    for (let at = from; at < end; at += 1) {
      const mutant = Buffer.from(signed);
      mutant.writeUInt8(mutant.readUInt8(at) ^ 0x11, at);
      expect(await outcomeOf(mutant)).toMatch(/^apk-(unsigned|malformed)$/);
    }
  });
});
