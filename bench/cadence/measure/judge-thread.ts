// A thread that judges one cell for each message.
import { parentPort } from 'node:worker_threads';
import { judgeCell, type Cell } from './judged.ts';

parentPort?.on('message', (cell: Cell) => parentPort?.postMessage(judgeCell(cell)));
