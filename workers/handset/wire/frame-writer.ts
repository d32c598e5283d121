import type { Socket } from 'node:net';
import { encodeHeader, type CommandName } from './frame.ts';

/** Writes frames so that those of one turn of the event loop leave in one packet. */
export class FrameWriter {
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Does nothing where the socket is gone: whoever waits for an answer is told by its 'close'. */
  send(command: CommandName, arg0: number, arg1: number, payload?: Buffer): void {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(encodeHeader(command, arg0, arg1, payload?.length ?? 0));
    if (payload !== undefined && payload.length > 0) this.#socket.write(payload);
  }
}
