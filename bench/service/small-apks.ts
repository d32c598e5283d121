import { TORCH } from '../../test/support/apk/samples/torch.ts';
import { writeApk } from '../../test/support/apk/write.ts';

/** `count` signed APKs of a few kilobytes, no two alike: the torch of the samples under other names. */
export function smallApks(count: number, prefix: string): { readonly fileName: string; readonly bytes: Buffer }[] {
  return Array.from({ length: count }, (_, index) => ({
    fileName: `${prefix}-${index}.apk`,
    bytes: writeApk({ ...TORCH, packageName: `org.example.${prefix}.n${index}`, label: `Torch ${index}` }),
  }));
}
