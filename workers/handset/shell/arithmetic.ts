/** Evaluates `$(( … ))` as mksh does: signed 32-bit integers (mksh(1), "Arithmetic expressions"). */
export function evaluate(expression: string, variable: (name: string) => string, assign: Assign): number {
  const tokens = expression.match(TOKENS) ?? [];
  if (tokens.join('').length !== expression.replace(/\s+/g, '').length) throw fault(expression, 'bad token');
  const cursor: Cursor = { tokens, index: 0, variable, assign, expression, depth: 0 };
  if (tokens.length === 0) return 0;
  const value = parseAssignment(cursor);
  if (cursor.index < tokens.length) throw fault(expression, `unexpected '${tokens[cursor.index] ?? ''}'`);
  return value;
}

export type Assign = (name: string, value: string) => void;

const TOKENS =
  /0[xX][0-9a-fA-F]+|[0-9]+|[A-Za-z_][A-Za-z0-9_]*|\+\+|--|<<=|>>=|<<|>>|&&|\|\||[<>=!+*/%&|^-]=|[-+*/%<>!~&|^?:()=,]/g;

interface Cursor {
  readonly tokens: readonly string[];
  index: number;
  depth: number;
  readonly variable: (name: string) => string;
  readonly assign: Assign;
  readonly expression: string;
}

function fault(expression: string, what: string): Error {
  return new Error(`${expression.slice(0, 60)}: ${what}`);
}

const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const MOST_DEPTH = 60;

function apply(operator: string, left: number, right: number, expression: string): number {
  switch (operator) {
    case '||':
      return Number(left !== 0 || right !== 0);
    case '&&':
      return Number(left !== 0 && right !== 0);
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '<':
      return Number(left < right);
    case '>':
      return Number(left > right);
    case '<=':
      return Number(left <= right);
    case '>=':
      return Number(left >= right);
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
    case '+':
      return (left + right) | 0;
    case '-':
      return (left - right) | 0;
    case '*':
      return Math.imul(left, right);
    default:
      if (right === 0) throw fault(expression, 'zero divisor');
      return operator === '/' ? Math.trunc(left / right) | 0 : (left % right) | 0;
  }
}

function parseAssignment(cursor: Cursor): number {
  const name = cursor.tokens[cursor.index] ?? '';
  const operator = cursor.tokens[cursor.index + 1] ?? '';
  if (/^[A-Za-z_]/.test(name) && /^(=|(\+|-|\*|\/|%|&|\||\^|<<|>>)=)$/.test(operator)) {
    cursor.index += 2;
    const right = parseAssignment(cursor);
    const value = operator === '=' ? right : apply(operator.slice(0, -1), numberOf(cursor, name), right, name);
    cursor.assign(name, String(value));
    return value;
  }
  const condition = parseLevel(cursor, 0);
  if (cursor.tokens[cursor.index] !== '?') return condition;
  cursor.index++;
  const yes = parseAssignment(cursor);
  if (cursor.tokens[cursor.index++] !== ':') throw fault(cursor.expression, "missing ':'");
  const no = parseAssignment(cursor);
  return condition !== 0 ? yes : no;
}

function parseLevel(cursor: Cursor, level: number): number {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(cursor);
  let left = parseLevel(cursor, level + 1);
  for (;;) {
    const operator = cursor.tokens[cursor.index];
    if (operator === undefined || !operators.includes(operator)) return left;
    cursor.index++;
    left = apply(operator, left, parseLevel(cursor, level + 1), cursor.expression);
  }
}

function parseUnary(cursor: Cursor): number {
  if (++cursor.depth > MOST_DEPTH) throw fault(cursor.expression, 'nesting too deep');
  const token = cursor.tokens[cursor.index++];
  try {
    switch (token) {
      case undefined:
        throw fault(cursor.expression, 'unexpected end');
      case '-':
        return -parseUnary(cursor) | 0;
      case '+':
        return parseUnary(cursor);
      case '!':
        return Number(parseUnary(cursor) === 0);
      case '~':
        return ~parseUnary(cursor);
      case '++':
      case '--': {
        const name = cursor.tokens[cursor.index++] ?? '';
        const value = (numberOf(cursor, name) + (token === '++' ? 1 : -1)) | 0;
        cursor.assign(name, String(value));
        return value;
      }
      case '(': {
        const inner = parseAssignment(cursor);
        if (cursor.tokens[cursor.index++] !== ')') throw fault(cursor.expression, "missing ')'");
        return inner;
      }
      default:
        return parseOperand(cursor, token);
    }
  } finally {
    cursor.depth--;
  }
}

function parseOperand(cursor: Cursor, token: string): number {
  if (/^[0-9]/.test(token)) return wrap(token);
  if (!/^[A-Za-z_]/.test(token)) throw fault(cursor.expression, `unexpected '${token}'`);
  const value = numberOf(cursor, token);
  const next = cursor.tokens[cursor.index];
  if (next === '++' || next === '--') {
    cursor.index++;
    cursor.assign(token, String((value + (next === '++' ? 1 : -1)) | 0));
  }
  return value;
}

function numberOf(cursor: Cursor, name: string): number {
  const text = cursor.variable(name).trim();
  if (text === '') return 0;
  if (!/^[-+]?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) throw fault(text, 'not a number');
  return text.startsWith('-') ? -wrap(text.slice(1)) | 0 : wrap(text.replace(/^\+/, ''));
}

/** Digits as an integer that wraps around at 32 bits. */
function wrap(digits: string): number {
  return Number(BigInt.asIntN(32, BigInt(digits)));
}
