import type { Program } from '../system.ts';
import { parseKey } from '../ui/keys.ts';
import type { View } from '../ui/view.ts';
import { throwException } from './answer.ts';

const SOURCES = [
  'dpad',
  'keyboard',
  'mouse',
  'touchpad',
  'gamepad',
  'touchnavigation',
  'joystick',
  'touchscreen',
  'stylus',
  'trackball',
];

/** `input [SOURCE] keyevent|text|tap|swipe|…`. */
export function createInput(view: View): Program {
  return (io) => {
    const words = io.argv.slice(1);
    if (SOURCES.includes(words[0] ?? '')) words.shift();
    if (words[0] === '-d') words.splice(0, 2);
    const [verb = '', ...args] = words;
    const numbers = args.map(Number);
    const [x = Number.NaN, y = Number.NaN, toX = Number.NaN, toY = Number.NaN] = numbers;
    switch (verb) {
      case 'keyevent': {
        const keys = args.filter((word) => !word.startsWith('-'));
        for (const word of keys) {
          const code = parseKey(word);
          if (code === null)
            return throwException(io, 'keyevent', `java.lang.IllegalArgumentException: Unknown keycode: ${word}`);
          view.key(code);
        }
        return 0;
      }
      case 'text':
        view.type(args.join(' ').replaceAll('%s', ' '));
        return 0;
      case 'tap':
        if (Number.isNaN(x) || Number.isNaN(y)) return badNumber(io, verb, args);
        view.tap(x, y);
        return 0;
      case 'swipe':
      case 'draganddrop':
        if ([x, y, toX, toY].some(Number.isNaN)) return badNumber(io, verb, args);
        if (Math.hypot(toX - x, toY - y) < 24) view.tap(x, y);
        else view.swipe(x, y, toX, toY);
        return 0;
      case 'press':
      case 'roll':
      case 'motionevent':
      case 'keycombination':
        return 0;
      default:
        io.err(`Error: Unknown command: ${verb}\nUsage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]\n`);
        return 255;
    }
  };
}

function badNumber(io: Parameters<Program>[0], verb: string, args: readonly string[]): number {
  const bad = args.find((word) => Number.isNaN(Number(word))) ?? '';
  return throwException(io, verb, `java.lang.NumberFormatException: For input string: "${bad}"`);
}
