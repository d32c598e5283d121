import { Problem } from '../contract/api.ts';
import { PROBLEM_TYPE } from './problem.ts';

const problem = { description: 'A problem (RFC 9457)', content: { [PROBLEM_TYPE]: { schema: Problem } } };

/** The answers of every route that are not what was asked for. */
export const PROBLEMS = { '4xx': problem, '5xx': problem } as const;
