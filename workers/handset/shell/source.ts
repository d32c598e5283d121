/** The text did not parse. The message is what mksh prints after `syntax error: `. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
}

/** A here-document whose content starts after the current line. */
export interface PendingDocument {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
  readonly take: (content: string) => void;
}

const MOST_DEPTH = 100;

/** A place in a shell program, with the small steps that lexing is made of. */
export class Source {
  readonly text: string;
  position = 0;
  #depth = 0;
  readonly documents: PendingDocument[] = [];

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.position >= this.text.length;
  }

  get char(): string {
    return this.text.charAt(this.position);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.position);
  }

  /** Consumes the text if it comes next. */
  accept(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.position += text.length;
    return true;
  }

  match(pattern: RegExp): string | null {
    const sticky = stickyForm(pattern);
    sticky.lastIndex = this.position;
    const found = sticky.exec(this.text)?.[0] ?? null;
    if (found !== null) this.position += found.length;
    return found;
  }

  /** Skips blanks, line continuations and a comment; not newlines. */
  skipBlanks(): void {
    for (;;) {
      const before = this.position;
      this.match(/[ \t\r]+/);
      while (this.accept('\\\n'));
      if (this.char === '#') this.match(/[^\n]*/);
      if (this.position === before) return;
    }
  }

  /** Skips newlines too, and reads here-documents that were waiting for one. */
  skipNewlines(): void {
    for (this.skipBlanks(); this.char === '\n'; this.skipBlanks()) this.newline();
  }

  newline(): void {
    this.position++;
    for (const document of this.documents.splice(0)) document.take(this.#documentBody(document));
  }

  /** Runs a step one level deeper; hostile nesting ends in a syntax error and not in a full stack. */
  nested<T>(step: () => T): T {
    if (++this.#depth > MOST_DEPTH) throw new SyntaxFault('nesting too deep');
    try {
      return step();
    } finally {
      this.#depth--;
    }
  }

  unexpected(): SyntaxFault {
    const next = this.done ? 'EOF' : (/^(\n|[;&|<>()]+|[^\s;&|<>()]+)/.exec(this.text.slice(this.position))?.[0] ?? '');
    return new SyntaxFault(`unexpected '${next === '\n' ? 'newline' : next}'`);
  }

  #documentBody(document: PendingDocument): string {
    const lines: string[] = [];
    while (!this.done) {
      const raw = this.match(/[^\n]*/) ?? '';
      this.accept('\n');
      const line = document.stripTabs ? raw.replace(/^\t+/, '') : raw;
      if (line === document.delimiter) break;
      lines.push(`${line}\n`);
    }
    return lines.join('');
  }
}

const stickyForms = new WeakMap<RegExp, RegExp>();

/** The same pattern, anchored at lastIndex; kept, because lexing asks for the same few again and again. */
function stickyForm(pattern: RegExp): RegExp {
  const known = stickyForms.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(pattern.source, 'y');
  stickyForms.set(pattern, made);
  return made;
}
