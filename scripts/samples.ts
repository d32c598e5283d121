import { mkdirSync, writeFileSync } from 'node:fs';
import { SAMPLES } from '../test/support/apk/samples.ts';
import { writeApk } from '../test/support/apk/write.ts';

/** Writes cli/samples/*.apk from their descriptions. A test holds that the files kept in git are these very bytes. */
const directory = new URL('../cli/samples/', import.meta.url);
mkdirSync(directory, { recursive: true });
for (const [name, description] of Object.entries(SAMPLES)) {
  const bytes = writeApk(description);
  writeFileSync(new URL(`${name}.apk`, directory), bytes);
  console.log(`cli/samples/${name}.apk  ${bytes.length} bytes`);
}
