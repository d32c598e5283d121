import { JsonString } from './json-string.ts';

/** What is wanted of one huge JSON document: everything else is passed over without being kept. */
export type Wanted =
  /** The string (its first 4096 bytes), number, boolean or null itself. */
  | { readonly kind: 'value' }
  /** How many string values lie beneath, and how many bytes they have: `{ count, bytes }`. */
  | { readonly kind: 'weight' }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Wanted>> }
  /** Each element is handed over as it ends, and then forgotten. */
  | { readonly kind: 'list'; readonly of: Wanted };

export type Picked = Readonly<Record<string, unknown>>;
export interface Weight {
  count: number;
  bytes: number;
}

/** One element of the wanted list: its number from 1 and how many bytes of the document it takes. */
export interface PickedElement {
  readonly value: unknown;
  readonly index: number;
  readonly bytes: number;
}

const MOST_DEPTH = 1_000;

interface Frame {
  readonly array: boolean;
  /** What is wanted of this container's values; null where nothing is. */
  readonly wanted: Wanted | null;
  readonly target: Record<string, unknown> | Weight | null;
  key: string;
}

type State = 'value' | 'first-value' | 'first-key' | 'key' | 'colon' | 'next' | 'string' | 'scalar' | 'done';

/**
 * A tokenizer of JSON (RFC 8259) that keeps only what is wanted. Bodies, which make up nearly all of a large HAR, are
 * skipped at the speed of `indexOf`. It stops at the first byte that cannot be JSON; `damage` says where and why.
 */
export class JsonPicker {
  damage: { readonly atByte: number; readonly why: string } | null = null;
  /** Bytes of the document up to the end of the last element that was handed over. */
  usedBytes = 0;
  readonly #root: Wanted;
  readonly #onElement: (element: PickedElement) => void;
  readonly #frames: Frame[] = [];
  #state: State = 'value';
  #chunkStart = 0;
  #index = 0;
  #elementStart = 0;
  /** The string or scalar being read. */
  readonly #kept = new JsonString();
  #isKey = false;

  constructor(root: Wanted, onElement: (element: PickedElement) => void) {
    this.#root = root;
    this.#onElement = onElement;
  }

  /** True once the document is complete. */
  get done(): boolean {
    return this.#state === 'done';
  }

  write(chunk: Buffer): void {
    const mark = this.#chunkStart === 0 && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
    for (let i = mark; i < chunk.length && this.damage === null;) {
      if (this.#state === 'string') {
        const end = this.#kept.read(chunk, i);
        i = end < 0 ? chunk.length : end;
        if (end >= 0) this.#endString(end);
      } else if (this.#state === 'scalar') i = this.#scalar(chunk, i);
      else {
        const byte = chunk[i]!;
        if (SPACE.has(byte)) i += 1;
        // A scalar has no opening sign: its first byte is part of it, and is read again.
        else if (!this.#token(byte, i)) i += 1;
      }
    }
    this.#chunkStart += chunk.length;
  }

  /** Takes one sign; true where it is the first byte of a scalar. */
  #token(byte: number, at: number): boolean {
    const frame = this.#frames.at(-1);
    const state = this.#state;
    if (state === 'colon') {
      if (byte === 0x3a) this.#state = 'value';
      else this.#fail(at, 'a colon was expected');
    } else if (state === 'next' && byte === 0x2c) this.#state = frame!.array ? 'value' : 'key';
    else if (state === 'key' || state === 'first-key') {
      if (byte === 0x22) this.#beginString(true, frame!.wanted?.kind === 'object');
      else if (byte === 0x7d && state === 'first-key') this.#close(at);
      else this.#fail(at, 'a key was expected');
    } else if (state === 'next' || (state === 'first-value' && byte === 0x5d)) {
      if (frame !== undefined && byte === (frame.array ? 0x5d : 0x7d)) this.#close(at);
      else this.#fail(at, 'a comma or a closing bracket was expected');
    } else if (state === 'done') this.#fail(at, 'the document had ended');
    else return this.#value(byte, at);
    return false;
  }

  #value(byte: number, at: number): boolean {
    if (this.#frames.at(-1)?.wanted?.kind === 'list') this.#elementStart = this.#chunkStart + at;
    const wanted = this.#wantedHere();
    if (byte === 0x22) this.#beginString(false, wanted?.kind === 'value');
    else if (byte === 0x7b || byte === 0x5b) this.#open(byte === 0x5b, wanted, at);
    else if (STARTS_SCALAR.test(String.fromCharCode(byte))) {
      this.#kept.begin(true);
      this.#state = 'scalar';
      return true;
    } else this.#fail(at, 'a value was expected');
    return false;
  }

  #open(array: boolean, wanted: Wanted | null, at: number): void {
    if (this.#frames.length >= MOST_DEPTH) {
      this.#fail(at, `more than ${MOST_DEPTH} brackets stand open`);
      return;
    }
    const above = this.#frames.at(-1);
    const inside =
      wanted?.kind === 'weight' || ((wanted?.kind === 'list') === array && wanted?.kind !== 'value') ? wanted : null;
    let target: Frame['target'] = null;
    if (inside?.kind === 'weight') target = above?.wanted === inside ? above.target : { count: 0, bytes: 0 };
    else if (inside?.kind === 'object') target = Object.create(null) as Record<string, unknown>;
    this.#frames.push({ array, wanted: inside, target, key: '' });
    this.#state = array ? 'first-value' : 'first-key';
  }

  #close(at: number): void {
    const frame = this.#frames.pop()!;
    // A weight is handed up once, by the outermost container that is weighed.
    const shared = frame.wanted?.kind === 'weight' && this.#frames.at(-1)?.target === frame.target;
    this.#hand(shared ? undefined : (frame.target ?? undefined), at + 1);
  }

  /** A value is complete: it goes to the object that it stands in, or out where it is an element of the list. */
  #hand(value: unknown, endAt: number): void {
    const frame = this.#frames.at(-1);
    this.#state = frame === undefined ? 'done' : 'next';
    if (frame === undefined) return;
    if (frame.wanted?.kind === 'list') {
      this.#index += 1;
      this.usedBytes = this.#chunkStart + endAt;
      this.#onElement({ value, index: this.#index, bytes: this.usedBytes - this.#elementStart });
    } else if (
      frame.wanted?.kind === 'object' &&
      value !== undefined &&
      Object.hasOwn(frame.wanted.fields, frame.key)
    ) {
      (frame.target as Record<string, unknown>)[frame.key] = value;
    }
  }

  #wantedHere(): Wanted | null {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return this.#root;
    const { wanted, key } = frame;
    if (wanted?.kind === 'weight') return wanted;
    if (wanted?.kind === 'list') return wanted.of;
    if (wanted?.kind === 'object' && Object.hasOwn(wanted.fields, key)) return wanted.fields[key]!;
    return null;
  }

  #beginString(isKey: boolean, keep: boolean): void {
    this.#state = 'string';
    this.#isKey = isKey;
    this.#kept.begin(keep);
  }

  #endString(endAt: number): void {
    const frame = this.#frames.at(-1);
    if (this.#isKey) {
      frame!.key = this.#kept.text() ?? '';
      this.#state = 'colon';
      return;
    }
    if (frame?.wanted?.kind === 'weight') {
      const weight = frame.target as Weight;
      weight.count += 1;
      weight.bytes += this.#kept.sizeBytes;
    }
    this.#hand(this.#kept.text() ?? undefined, endAt);
  }

  #scalar(chunk: Buffer, from: number): number {
    let stop = from;
    while (stop < chunk.length && !ENDS_SCALAR.has(chunk[stop]!)) stop += 1;
    this.#kept.take(chunk.subarray(from, stop));
    if (stop === chunk.length) return stop;
    const text = this.#kept.text() ?? '';
    const known = LITERALS.get(text);
    const value = known === undefined ? Number(text) : known;
    if (typeof value === 'number' && !NUMBER.test(text)) this.#fail(stop, 'a value was expected');
    else this.#hand(this.#wantedHere()?.kind === 'value' ? value : undefined, stop);
    return stop;
  }

  #fail(at: number, why: string): void {
    this.damage = { atByte: this.#chunkStart + at, why };
  }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const LITERALS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const STARTS_SCALAR = /[-0-9tfn]/;
const SPACE: ReadonlySet<number> = new Set([0x20, 0x0a, 0x0d, 0x09]);
const ENDS_SCALAR: ReadonlySet<number> = new Set([...SPACE, 0x2c, 0x5d, 0x7d]);
