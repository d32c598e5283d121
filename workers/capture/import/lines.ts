/** What takes the lines of a text file. */
export interface LineSink {
  /**
   * One line without its line end. `bytes` counts the line end; `ended` is false for a last line that has none, which
   * may be a cut one.
   */
  readonly line: (text: string, line: number, bytes: number, ended: boolean) => void;
  /** A line longer than {@link MOST_LINE_BYTES}, which was passed over. */
  readonly tooLong: (line: number, bytes: number) => void;
}

export const MOST_LINE_BYTES = 1_048_576;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Hands over the lines of a text file with their numbers, from 1. A line may end in CR LF, the last one in nothing; a
 * byte-order mark is dropped; bytes that are no UTF-8 become U+FFFD.
 */
export async function eachLine(chunks: AsyncIterable<Buffer>, sink: LineSink): Promise<void> {
  let line = 0;
  // What the chunks so far hold of the line that is not at its end: kept up to the bound, counted beyond it.
  let begun: Buffer[] = [];
  let begunBytes = 0;
  const give = (bytes: Buffer, start: number, stop: number, size: number, ended: boolean): void => {
    line += 1;
    if (stop - start > MOST_LINE_BYTES) {
      sink.tooLong(line, size);
      return;
    }
    const from = line === 1 && hasByteOrderMark(bytes, start, stop) ? start + 3 : start;
    const to = stop > from && bytes[stop - 1] === CARRIAGE_RETURN ? stop - 1 : stop;
    sink.line(bytes.toString('utf8', from, to), line, size, ended);
  };
  const giveBegun = (ended: boolean): void => {
    if (begunBytes > MOST_LINE_BYTES) {
      line += 1;
      sink.tooLong(line, begunBytes + (ended ? 1 : 0));
    } else {
      const whole = Buffer.concat(begun);
      give(whole, 0, whole.length, begunBytes + (ended ? 1 : 0), ended);
    }
    begun = [];
    begunBytes = 0;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let stop = chunk.indexOf(LINE_FEED); stop >= 0; stop = chunk.indexOf(LINE_FEED, from)) {
      if (begunBytes === 0) give(chunk, from, stop, stop - from + 1, true);
      else {
        keep(chunk.subarray(from, stop));
        giveBegun(true);
      }
      from = stop + 1;
    }
    keep(chunk.subarray(from));
  }
  if (begunBytes > 0) giveBegun(false);

  function keep(part: Buffer): void {
    begunBytes += part.length;
    if (begunBytes <= MOST_LINE_BYTES) begun.push(Buffer.from(part));
    else begun = [];
  }
}

function hasByteOrderMark(bytes: Buffer, start: number, stop: number): boolean {
  return stop - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
}
