import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../workers/handset/shell/parse.ts';
import { SyntaxFault } from '../../workers/handset/shell/source.ts';
import { shellUnderTest } from './shell-under-test.ts';

/** Command line, what it prints, exit status (0 where it is not given). */
const PRINTS: readonly (readonly [string, string, number?])[] = [
  ['echo hello', 'hello\n'],
  ['echo "a  b" c\\ d', 'a  b c d\n'],
  [`echo 'it'"'"'s'`, "it's\n"],
  [`echo "a\\"b\\$c\\\\d\\e"`, 'a"b$c\\d\x1b\n'],
  ['echo "$HOME" ${HOME} $HOMEX.', '/ / .\n'],
  ['x=5; echo $x"$x"${x}y', '555y\n'],
  ['echo $((1 + 2 * 3)) $((7 / 2)) $((7 % 4)) $((1 << 4)) $((5 > 3 && 2 > 1))', '7 3 3 16 1\n'],
  ['x=4; echo $((x++)) $x $((x += 2)) $((x > 5 ? 10 : 20))', '4 5 7 10\n'],
  ['echo $((2147483647 + 1))', '-2147483648\n'],
  ['echo $(echo a; echo b) `echo c`', 'a b c\n'],
  ['echo "$(printf "a\\n\\nb\\n\\n")"', 'a\n\nb\n'],
  ['echo $(echo "$(echo "deep")")', 'deep\n'],
  ['true && echo yes || echo no', 'yes\n'],
  ['false && echo yes || echo no', 'no\n'],
  ['! false && echo inverted', 'inverted\n'],
  ['false; echo $?', '1\n'],
  ['echo a; echo b & wait; echo c', 'a\nb\nc\n'],
  ['echo one | cat | cat', 'one\n'],
  ['printf "3\\n1\\n2\\n" | sort | head -1', '1\n'],
  ['exit 7', '', 7],
  ['(exit 3); echo $?', '3\n'],
  ['{ echo a; echo b; } | wc -l', '2\n'],
  ['(cd /data/local/tmp; pwd); pwd', '/data/local/tmp\n/\n'],
  ['if true; then echo t; else echo f; fi', 't\n'],
  ['if false; then echo a; elif [ 1 = 1 ]; then echo b; else echo c; fi', 'b\n'],
  ['if false; then echo a; fi; echo $?', '0\n'],
  ['i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done', '0\n1\n2\n'],
  ['i=0; until [ $i -ge 2 ]; do i=$((i+1)); done; echo $i', '2\n'],
  ['for x in a b "c d"; do echo "<$x>"; done', '<a>\n<b>\n<c d>\n'],
  ['for x in 1 2 3 4; do [ $x = 2 ] && continue; [ $x = 4 ] && break; echo $x; done', '1\n3\n'],
  ['for a in 1 2; do for b in 1 2; do break 2; done; done; echo $a$b', '11\n'],
  ['case hello in h*o) echo glob;; *) echo other;; esac', 'glob\n'],
  ['case x in a|b) echo ab;; x|y) echo xy;; esac', 'xy\n'],
  ['case "*" in "\\*") echo no;; "*") echo literal;; esac', 'literal\n'],
  ['f() { echo "$1-$#"; return 4; }; f a b; echo $?', 'a-2\n4\n'],
  ['function g { local x=1; echo $x; }; x=9; g; echo $x', '1\n9\n'],
  ['set -- a "b c" d; echo $# "$2"; shift; echo "$1"', '3 b c\nb c\n'],
  ['set -- a "b c"; for x in "$@"; do echo "<$x>"; done; for x in "$*"; do echo "<$x>"; done', '<a>\n<b c>\n<a b c>\n'],
  ['x="a b"; for w in $x; do echo $w; done', 'a\nb\n'],
  ['IFS=:; x=a:b:c; for w in $x; do echo $w; done', 'a\nb\nc\n'],
  ['echo ${x:-default} ${x-unset} ${x:=set} $x ${x:+alt}', 'default unset set set alt\n'],
  ['x=/a/b/c.tar.gz; echo ${x##*/} ${x#*/} ${x%.*} ${x%%.*} ${#x}', 'c.tar.gz a/b/c.tar.gz /a/b/c.tar /a/b/c 13\n'],
  ['x=banana; echo ${x/an/AN} ${x//an/AN} ${x:1:3} ${x:2}', 'bANana bANANa ana nana\n'],
  ['[[ abc == a* && ! x == y ]] && echo matched', 'matched\n'],
  ['[[ -d /data/local/tmp && -z "" ]]; echo $?', '0\n'],
  ['[[ 10 -gt 9 || 1 -gt 2 ]] && echo more', 'more\n'],
  ['[ -e /nope ] && echo yes; [ ! -e /nope ] && echo gone', 'gone\n'],
  ['[ "a" = "a" -a 1 -lt 2 ] && test -n x && echo both', 'both\n'],
  ['(( 3 > 2 )) && echo bigger', 'bigger\n'],
  ['cat <<EOF\nx=$((1+1)) "quoted"\nEOF', 'x=2 "quoted"\n'],
  ["cat <<'EOF'\n$HOME\nEOF\necho after", '$HOME\nafter\n'],
  ['cat <<-EOF\n\tindented\n\tEOF', 'indented\n'],
  ['read a b <<< "one two three"; echo $b', 'two three\n'],
  ['printf "a b\\nc d\\n" | while read x y; do echo $y $x; done', 'b a\nd c\n'],
  ['echo a # a comment\necho "#not"', 'a\n#not\n'],
  ['echo a\\\nb', 'ab\n'],
  ['echo /system/etc/sec*', '/system/etc/security\n'],
  ['echo "/system/etc/sec*" /none*', '/system/etc/sec* /none*\n'],
  ['x=1 env | grep ^x=', 'x=1\n'],
  ['export y=2; sh -c "echo $y \\$y"', '2 2\n'],
  ['eval "echo a b"', 'a b\n'],
  ['echo out; exec echo replaced; echo never', 'out\nreplaced\n'],
  ['set -e; echo a; false; echo b', 'a\n', 1],
  ['set -e; if false; then :; fi; false || true; echo on', 'on\n'],
  ['trap "echo bye" EXIT; echo hi; exit 3', 'hi\nbye\n', 3],
  ['command -v ls; command -v nothing; type cd', '/system/bin/ls\ncd is a shell builtin\n'],
  ["sh -c 'echo $0 $1' name arg", '/system/bin/sh arg\n'],
  ["echo $'a\\tb\\x41'", 'a\tbA\n'],
];

/** Command line, what it prints as an error, exit status. */
const REFUSES: readonly (readonly [string, string, number])[] = [
  ['foo', '/system/bin/sh: foo: inaccessible or not found\n', 127],
  ['/data/local/tmp', "/system/bin/sh: /data/local/tmp: can't execute: Is a directory\n", 126],
  ['/system/etc/hosts', "/system/bin/sh: /system/etc/hosts: can't execute: Permission denied\n", 126],
  ['cat < /nope', "/system/bin/sh: can't open /nope: No such file or directory\n", 1],
  ['echo x > /system/x', "/system/bin/sh: can't create /system/x: Read-only file system\n", 1],
  ['echo )', "/system/bin/sh: syntax error: unexpected ')'\n", 1],
  ['if true', "/system/bin/sh: syntax error: unexpected 'EOF'\n", 1],
  ['echo "open', '/system/bin/sh: syntax error: no closing quote\n', 1],
  ['cd /nope', '/system/bin/sh: cd: /nope: No such file or directory\n', 2],
  ['echo ${x:?gone}; echo never', '/system/bin/sh: x: gone\n', 1],
  ['cat /nope', 'cat: /nope: No such file or directory\n', 1],
];

describe('the shell of the handset', () => {
  const shell = shellUnderTest();

  it.each(PRINTS.map(([line, out, status = 0]) => ({ line, out, status })))('$line', async ({ line, out, status }) => {
    expect(await shell.run(line)).toEqual({ out, err: '', status });
  });

  it.each(REFUSES)('%s is refused', async (commandLine, err, status) => {
    expect(await shell.run(commandLine)).toMatchObject({ err, status });
  });

  it.each([
    ['echo out; echo err >&2', 'out\n', 'err\n'],
    ['{ echo out; echo err >&2; } 2>&1', 'out\nerr\n', ''],
    ['{ echo out; echo err >&2; } 2>/dev/null', 'out\n', ''],
    ['{ echo out; echo err >&2; } > /dev/null 2>&1', '', ''],
    ['ls /nope 2>&1 | cat', 'ls: /nope: No such file or directory\n', ''],
    ['cat <&-', '', ''],
    ['cat </dev/null', '', ''],
    ['exec 2>&1; echo err >&2', 'err\n', ''],
  ])('%s keeps the outputs apart as told', async (commandLine, out, err) => {
    expect(await shell.run(commandLine)).toMatchObject({ out, err });
  });

  it('appends, truncates and reads files', async () => {
    const answer = await shell.run('cd /data/local/tmp; echo a > f; echo b >> f; cat < f; echo c > f; cat f; rm f; ls');
    expect(answer).toEqual({ out: 'a\nb\nc\n', err: '', status: 0 });
  });

  it('runs a script file that is executable, with its own $0 and arguments', async () => {
    const script = 'echo \'echo "$0 $1"; exit 5\' > /data/local/tmp/s.sh; chmod 755 /data/local/tmp/s.sh';
    const answer = await shell.run(`${script}; /data/local/tmp/s.sh arg`);
    expect(answer).toMatchObject({ out: '/data/local/tmp/s.sh arg\n', status: 5 });
  });

  it('ends an endless loop when its client goes away, and gives others a turn meanwhile', async () => {
    const client = new AbortController();
    const running = shell.run('while :; do :; done', { signal: client.signal });
    expect(await shell.run('echo still here')).toMatchObject({ out: 'still here\n' });
    client.abort();
    expect(await running).toMatchObject({ status: 143 });
    expect(shell.base.tasks.list()).toEqual([]);
  });

  it('ends a writer whose reader has enough', async () => {
    expect(await shell.run('yes | head -2; echo $?')).toEqual({ out: 'y\ny\n0\n', err: '', status: 0 });
  });

  it('keeps a fork bomb in its own session, and ends it with its client', async () => {
    const client = new AbortController();
    const bomb = shell.run('f() { f | f; }; f', { signal: client.signal });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await shell.run('echo alive')).toMatchObject({ out: 'alive\n' });
    client.abort();
    expect((await bomb).status).not.toBe(0);
    expect(shell.base.tasks.list()).toEqual([]);
  });

  it('refuses hostile nesting instead of running out of stack', async () => {
    const deep = '$('.repeat(5000);
    expect((await shell.run(`echo ${deep}`)).err).toBe('/system/bin/sh: syntax error: nesting too deep\n');
  });

  it('a program that throws ends with status 1 and its message', async () => {
    const broken = shellUnderTest({
      programs: {
        burst() {
          throw new Error('pipe burst');
        },
      },
    });
    expect(await broken.run('burst; echo $?')).toEqual({ out: '1\n', err: 'burst: pipe burst\n', status: 0 });
  });

  it('any text parses or is refused as a syntax error', () => {
    const words = fc.constantFrom(
      'if',
      'fi',
      'then',
      ' ',
      ';',
      '|',
      '&&',
      '(',
      ')',
      '{ ',
      ' }',
      '$(',
      '`',
      '"',
      "'",
      '\n',
      'a',
      '<',
      '>',
      '<<E\n',
      '${x',
      '}',
      '$((',
      '))',
      'case ',
      ' in ',
      'esac',
      '[[ ',
      ' ]]',
      '\\',
      '#',
      '2>&1',
      '=',
      '*',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
        try {
          parseScript(parts.join(''));
        } catch (error) {
          if (!(error instanceof SyntaxFault)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
