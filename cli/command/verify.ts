import { stat } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { readBundle } from '../../orchestrator/store/bundles.ts';
import { readBundleInTar, type VerifiedBundle } from '../bundle-in-tar.ts';
import type { Invocation } from '../invocation.ts';
import { line } from '../terminal.ts';

interface VerifyFlags {
  readonly digest?: string;
  readonly json?: boolean;
}

/** Exit status where a bundle is not whole, by the interface of the command. */
const NOT_WHOLE = 12;

/** `sleeptalk verify BUNDLE`: whether evidence is what was sealed, offline. */
export function addVerifyCommand(root: Command, invocation: Invocation): void {
  root
    .command('verify')
    .description('Check a bundle of evidence: every file by its SHA-256. Exit status 0 whole, 12 not.')
    .argument('<bundle>', 'its folder, or the tar archive that the service gives out')
    .option('--digest <sha256>', 'what the ledger or the report names the bundle by', sha256)
    .option('--json', 'one line of JSON')
    .action(async (bundle: string, flags: VerifyFlags) => {
      const { terminal, signal } = invocation;
      try {
        const found = await read(bundle, signal);
        if (flags.digest !== undefined && found.digest !== flags.digest) {
          throw new Fault('bundle-broken', `its manifest has SHA-256 ${found.digest}, not ${flags.digest}`);
        }
        for (const text of wordsOf(found, flags)) line(terminal.out, text);
      } catch (error) {
        if (!(error instanceof Fault) || (error.code !== 'bundle-broken' && error.code !== 'bundle-missing'))
          throw error;
        if (flags.json === true) line(terminal.out, JSON.stringify({ whole: false, fault: error.toJSON() }));
        line(terminal.err, `sleeptalk: ${error.code}: ${error.detail}`);
        invocation.finish(NOT_WHOLE);
      }
    });
}

async function read(bundle: string, signal: AbortSignal): Promise<VerifiedBundle> {
  const about = await stat(bundle).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file or folder' : (error.code ?? 'it cannot be opened');
    throw new Fault('file-unreadable', `${printable(bundle)}: ${reason}`, { cause: error });
  });
  return about.isDirectory() ? readBundle(bundle) : readBundleInTar(bundle, signal);
}

function wordsOf({ digest, manifest }: VerifiedBundle, flags: VerifyFlags): string[] {
  const { run, sealedAt, files, custody, package: packageName } = manifest;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const named = flags.digest !== undefined;
  if (flags.json === true) {
    const facts = { run, package: packageName, sealedAt, files: files.length, sizeBytes, custody };
    return [JSON.stringify({ whole: true, bundle: digest, namedAsExpected: named || null, signature: null, ...facts })];
  }
  return [
    `whole: ${files.length} files, ${sizeBytes} bytes, as sealed ${printable(sealedAt)} in ${printable(run)} of ${printable(packageName)}`,
    `bundle: ${digest}${named ? ', as was expected' : '; compare it with the report, or give it as --digest'}`,
    'signature: none; bundles are not signed, so the digest is what ties one to its ledger',
    `custody: ${custody.length} entries until it was sealed; what came after stands in the ledger`,
    ...custody.map(({ at, who, what }) => `  ${printable(at)}  ${printable(who)}  ${printable(what)}`),
  ];
}

function sha256(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('expected 64 lower-case hexadecimal digits.');
  return text;
}
