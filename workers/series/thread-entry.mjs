// Entry of a judging thread: a worker thread does not inherit the loader that lets the main thread run TypeScript.
import { register } from 'tsx/esm/api';

register();
await import('./thread-main.ts');
