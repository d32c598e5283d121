import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { AndroidState } from '../android/state.ts';
import type { Listeners } from '../system.ts';
import { createElements } from './elements.ts';
import type { Elements } from './elements.ts';
import { deviceRoutes } from './routes-device.ts';
import { elementRoutes } from './routes-element.ts';
import { gestureRoutes } from './routes-gesture.ts';
import type { View } from './view.ts';
import { WebDriverError } from './web-driver-error.ts';

/** What a route works on. */
export interface UiServerParts {
  readonly state: AndroidState;
  readonly view: View;
}

export interface UiSession extends UiServerParts {
  readonly elements: Elements;
  readonly settings: Map<string, unknown>;
  orientation: 'PORTRAIT' | 'LANDSCAPE';
  clipboard: string;
}

/** `groups`: the variable parts of the path. */
export interface UiRequest {
  readonly session: UiSession;
  readonly groups: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** `METHOD /path` below `/session/ID`, where `*` stands for one segment. */
export type UiRoutes = Readonly<Record<string, (request: UiRequest) => unknown>>;

const ROUTES = compile({ ...deviceRoutes, ...elementRoutes, ...gestureRoutes });
const MOST_BODY_BYTES = 16 * 1024 * 1024;

/**
 * The HTTP server of the UiAutomator2 server app, on a port inside the handset. `stop` ends its process: deleting the
 * session does that, as the real server's instrumentation finishes then. Returns what closes the port.
 */
export function startUiServer(
  listeners: Listeners,
  port: number,
  parts: UiServerParts,
  process: { stop(): void },
): () => void {
  let session: { id: string; ui: UiSession } | null = null;
  const sockets = new Set<Duplex>();

  const answer = async (request: IncomingMessage): Promise<{ value: unknown; stop?: boolean }> => {
    const method = request.method ?? 'GET';
    const path = (request.url ?? '/').replace(/\?.*$/, '').replace(/^\/wd\/hub(?=\/)/, '');
    const body = await readBody(request);
    if (path === '/status')
      return {
        value: { ready: true, message: 'UiAutomator2 Server is ready to accept commands', build: buildOf(parts.state) },
      };
    if (path === '/sessions') return { value: session ? [{ id: session.id, capabilities: {} }] : [] };
    if (path === '/session' && method === 'POST') {
      session = { id: randomUUID(), ui: createSession(parts) };
      return { value: { sessionId: session.id, capabilities: requestedCapabilities(body) } };
    }
    const match = /^\/session\/([^/]+)(\/.*)?$/.exec(path);
    if (!match) throw new WebDriverError('unknown command', `Unknown command: ${method} ${path}`);
    if (!session || match[1] !== session.id) {
      throw new WebDriverError('invalid session id', 'A session is either terminated or not started');
    }
    const rest = match[2] ?? '';
    if (method === 'DELETE' && (rest === '' || rest === '/')) {
      session = null;
      return { value: null, stop: true };
    }
    if (method === 'GET' && (rest === '' || rest === '/')) return { value: { platformName: 'Android' } };
    for (const route of ROUTES) {
      const groups = route.method === method ? route.pattern.exec(rest) : null;
      if (groups) return { value: await route.run({ session: session.ui, groups: groups.slice(1), body }) };
    }
    throw new WebDriverError('unknown command', `Unknown command: ${method} ${rest}`);
  };

  const http = createServer((request, response) => {
    answer(request)
      .then(({ value, stop }) => {
        if (stop) response.on('finish', () => setImmediate(() => process.stop()));
        send(response, 200, session?.id ?? 'None', value);
      })
      .catch((error: unknown) => {
        const known = error instanceof WebDriverError ? error : new WebDriverError('unknown error', String(error));
        const value = { error: known.code, message: known.message, stacktrace: '' };
        send(response, known.status, session?.id ?? 'None', value);
      });
  });
  http.on('clientError', (_error, socket) => socket.destroy());

  const stopListening = listeners.listen(port, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy()); // The client hung up: its next request opens another connection.
    http.emit('connection', socket);
  });
  return () => {
    stopListening();
    for (const socket of sockets) socket.destroy();
    http.close();
  };
}

function createSession(parts: UiServerParts): UiSession {
  return { ...parts, elements: createElements(), settings: new Map(), orientation: 'PORTRAIT', clipboard: '' };
}

function buildOf(state: AndroidState): { version: string; versionCode: number } {
  const facts = state.packages.get('io.appium.uiautomator2.server')?.facts;
  return { version: facts?.versionName ?? '', versionCode: facts?.versionCode ?? 0 };
}

function requestedCapabilities(body: Readonly<Record<string, unknown>>): unknown {
  const capabilities = body['capabilities'] as { firstMatch?: unknown[]; alwaysMatch?: unknown } | undefined;
  return capabilities?.firstMatch?.[0] ?? capabilities?.alwaysMatch ?? {};
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes > MOST_BODY_BYTES) throw new WebDriverError('invalid argument', 'the request is too large');
    parts.push(part);
  }
  if (sizeBytes === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    throw new WebDriverError('invalid argument', 'the request is not JSON');
  }
}

function send(response: ServerResponse, status: number, sessionId: string, value: unknown): void {
  const text = JSON.stringify({ sessionId, value: value ?? null });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

function compile(routes: UiRoutes): { method: string; pattern: RegExp; run: UiRoutes[string] }[] {
  return Object.entries(routes).map(([route, run]) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, pattern: new RegExp(`^${path.replaceAll('*', '([^/]+)')}$`), run };
  });
}
