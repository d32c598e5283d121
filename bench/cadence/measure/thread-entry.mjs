// A thread begins in plain JavaScript, since Node 20 gives it no loader for TypeScript.
import { register } from 'tsx/esm/api';

register();
await import('./judge-thread.ts');
