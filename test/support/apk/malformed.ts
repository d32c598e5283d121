import type { ApkDescription } from './description.ts';
import { signZip } from './sign.ts';
import { zipInputs } from './write.ts';
import { writeZip, type ZipInput } from './zip.ts';

const MANIFEST = 'AndroidManifest.xml';

/** A correctly signed APK whose archive was built from changed inputs: what a hostile author would make. */
export function signedInputs(description: ApkDescription, change: (inputs: ZipInput[]) => ZipInput[]): Buffer {
  return signZip(writeZip(change(zipInputs(description))), [{ scheme: 'v2', key: 1 }]);
}

/** The headers of one entry lie as told. */
export function withLie(description: ApkDescription, path: string, lie: NonNullable<ZipInput['lie']>): Buffer {
  return signedInputs(description, (inputs) =>
    inputs.map((input) => (input.path === path ? { ...input, lie: { ...input.lie, ...lie } } : input)),
  );
}

/** The compiled manifest is damaged, then everything is signed. `damage` may change the bytes or return new ones. */
export function withManifest(description: ApkDescription, damage: (manifest: Buffer) => Buffer | void): Buffer {
  return signedInputs(description, (inputs) =>
    inputs.map((input) => {
      if (input.path !== MANIFEST) return input;
      const bytes = Buffer.from(input.bytes);
      return { ...input, bytes: damage(bytes) ?? bytes };
    }),
  );
}

/** Offset of the first chunk of a type in a compiled XML file. */
export function chunkAt(xml: Buffer, type: number): number {
  for (let at = 8; at + 8 <= xml.length; at += xml.readUInt32LE(at + 4)) if (xml.readUInt16LE(at) === type) return at;
  throw new Error(`There is no chunk of type ${type}.`);
}
