import { createHash } from 'node:crypto';
import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags } from '../flags.ts';
import { forEachInput } from '../inputs.ts';

/** Programs that show bytes as something else. */
export const DIGEST_PROGRAMS: Programs = {
  md5sum: (io) => digest(io, 'md5'),
  sha1sum: (io) => digest(io, 'sha1'),
  sha256sum: (io) => digest(io, 'sha256'),
  sha512sum: (io) => digest(io, 'sha512'),
  base64: (io) => {
    const flags = readFlags(io.argv, 'diw:');
    const width = Number(flags.value('w') ?? 76);
    return forEachInput(io, flags.rest, (content) => {
      if (flags.has('d')) io.out(Buffer.from(content.toString('latin1'), 'base64'));
      else {
        const text = content.toString('base64');
        io.out(width > 0 ? text.replace(new RegExp(`.{1,${width}}`, 'g'), '$&\n') : text);
      }
    });
  },
  xxd: (io) => {
    const flags = readFlags(io.argv, 'pl:c:s:rg:i');
    return forEachInput(io, flags.rest, (content) => {
      if (flags.has('r')) {
        io.out(Buffer.from(content.toString('latin1').replace(/\s+/g, ''), 'hex'));
        return;
      }
      const bytes = content.subarray(0, Number(flags.value('l') ?? content.length));
      io.out(
        flags.has('p')
          ? bytes.toString('hex').replace(/.{1,60}/g, '$&\n')
          : hexDump(bytes, Number(flags.value('c') ?? 16)),
      );
    });
  },
  od: (io) => {
    const flags = readFlags(io.argv, 'A:t:vN:j:xcbd');
    return forEachInput(io, flags.rest, (content) =>
      io.out(octalDump(content, flags.value('t') ?? 'o2', flags.value('A') ?? 'o')),
    );
  },
};

function digest(io: ProgramIo, algorithm: string): Promise<number> {
  const flags = readFlags(io.argv, 'b');
  return forEachInput(io, flags.rest, (content, name) => {
    const hex = createHash(algorithm).update(content).digest('hex');
    io.out(flags.has('b') ? `${hex}\n` : `${hex}  ${name}\n`);
  });
}

function hexDump(bytes: Buffer, width: number): string {
  let text = '';
  for (let offset = 0; offset < bytes.length; offset += width) {
    const row = bytes.subarray(offset, offset + width);
    const hex = row
      .toString('hex')
      .replace(/.{1,4}/g, '$& ')
      .padEnd(Math.ceil(width / 2) * 5);
    const shown = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    text += `${offset.toString(16).padStart(8, '0')}: ${hex} ${shown}\n`;
  }
  return text;
}

/** od for bytes (`x1`, `o1`, `u1`, `c`) and words (`x2`, `o2`). */
function octalDump(content: Buffer, type: string, radix: string): string {
  const size = type.endsWith('1') || type === 'c' ? 1 : 2;
  const base = type.startsWith('x') ? 16 : type.startsWith('u') || type.startsWith('d') ? 10 : 8;
  const width = { 16: size * 2, 10: size === 1 ? 3 : 5, 8: size === 1 ? 3 : 6 }[base] ?? 6;
  const offsetText = (offset: number): string =>
    radix === 'n' ? '' : offset.toString(radix === 'x' ? 16 : radix === 'd' ? 10 : 8).padStart(7, '0');
  let text = '';
  for (let offset = 0; offset < content.length; offset += 16) {
    const row = content.subarray(offset, offset + 16);
    const cells: string[] = [];
    for (let at = 0; at < row.length; at += size) {
      const value = (row[at] ?? 0) + (size === 2 ? (row[at + 1] ?? 0) * 256 : 0);
      cells.push(type === 'c' ? String.fromCharCode(value).padStart(3) : value.toString(base).padStart(width, '0'));
    }
    text += `${offsetText(offset)} ${cells.join(' ')}\n`;
  }
  return radix === 'n' ? text : `${text}${offsetText(content.length)}\n`;
}
