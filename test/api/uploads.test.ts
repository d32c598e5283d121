import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLACES, type Place } from '../store/places.ts';
import { openStand, type Guest, type Stand } from './stand.ts';

const LIMIT = 200_000;
const BOUNDARY = 'sleeptalk-boundary';
const HEAD = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="apk"; filename="a.apk"\r\ncontent-type: application/octet-stream\r\n\r\n`;
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

let place: Place;
let stand: Stand;
let guest: Guest;

beforeAll(async () => {
  place = await PLACES[0]!.open();
  stand = await openStand(place, { SLEEPTALK_MAX_UPLOAD_BYTES: String(LIMIT), SLEEPTALK_UPLOAD_IDLE_SECONDS: '1' });
  guest = await stand.person('submitter');
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  await place?.[Symbol.asyncDispose]();
});

/** An upload written by hand, chunk by chunk. */
function upload(headers: Record<string, string> = {}): ClientRequest {
  const sent = httpRequest(`${stand.address}/api/v1/submissions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${guest.secret}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...headers,
    },
  });
  sent.on('error', () => undefined); // a refused upload may be cut while it is still sent
  return sent;
}

async function answered(
  sent: ClientRequest,
): Promise<{ status: number; code: string; connection: string | undefined }> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body = JSON.parse(await text(answer)) as { code: string };
  return { status: answer.statusCode ?? 0, code: body.code, connection: answer.headers.connection };
}

async function nothingLeft(): Promise<void> {
  for (let tries = 0; (await stand.incoming()).length > 0; tries += 1) {
    if (tries > 60) throw new Error(`left behind: ${(await stand.incoming()).join(', ')}`);
    await delay(50);
  }
}

describe('an upload', () => {
  it('is stored as it came, under its SHA-256', async () => {
    const content = Buffer.alloc(LIMIT, 7);
    const sent = upload();
    sent.write(HEAD);
    for (let at = 0; at < LIMIT; at += 50_000) sent.write(content.subarray(at, at + 50_000));
    sent.end(TAIL);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const body = JSON.parse(await text(answer)) as { files: { sha256: string; sizeBytes: number }[] };
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect([answer.statusCode, body.files]).toEqual([201, [{ sha256, sizeBytes: LIMIT, fileName: 'a.apk' }]]);
    expect(await stand.stored(sha256)).toEqual(content);
    await nothingLeft();
  });

  it('is refused once it is too large, and leaves nothing', async () => {
    const sent = upload();
    sent.write(HEAD);
    sent.write(Buffer.alloc(LIMIT + 1));
    expect(await answered(sent)).toEqual({ status: 413, code: 'upload-too-large', connection: 'close' });
    await nothingLeft();
    sent.destroy();
  });

  it('is refused unread where it says itself that it is too large', async () => {
    const sent = upload({ 'content-length': String(LIMIT * 100) });
    sent.write(HEAD);
    expect(await answered(sent)).toMatchObject({ status: 413, code: 'upload-too-large' });
    sent.destroy();
  });

  it('is bounded as a whole: two files that are each small enough may be too large together', async () => {
    const sent = upload();
    sent.write(HEAD);
    sent.write(Buffer.alloc(LIMIT - 10));
    sent.write(`\r\n${HEAD}`);
    sent.write(Buffer.alloc(LIMIT - 10));
    expect(await answered(sent)).toMatchObject({ status: 413, code: 'upload-too-large' });
    await nothingLeft();
    sent.destroy();
  });

  it.each([
    ['in the middle of a file', [HEAD, 'half a file']],
    ['before its first file', [`--${BOUNDARY}\r\ncontent-dis`]],
    [
      'between two parts',
      [`--${BOUNDARY}\r\ncontent-disposition: form-data; name="note"\r\n\r\nslow\r\n--${BOUNDARY}`],
    ],
  ])('that stops %s is ended, and leaves nothing', async (_where, chunks) => {
    const sent = upload();
    for (const chunk of chunks) sent.write(chunk);
    expect(await answered(sent)).toEqual({ status: 408, code: 'upload-stalled', connection: 'close' });
    await nothingLeft();
    sent.destroy();
  });

  it('that trickles is ended too, though it never stops', async () => {
    const sent = upload();
    sent.write(HEAD);
    const trickle = setInterval(() => sent.write('x'), 100);
    try {
      expect(await answered(sent)).toMatchObject({ status: 408, code: 'upload-stalled' });
    } finally {
      clearInterval(trickle);
      sent.destroy();
    }
    await nothingLeft();
  });

  it('whose sender goes away leaves nothing', async () => {
    const sent = upload();
    sent.write(HEAD);
    sent.write(Buffer.alloc(100_000));
    for (let tries = 0; (await stand.incoming()).length === 0; tries += 1) {
      if (tries > 60) throw new Error('the upload did not begin');
      await delay(20);
    }
    sent.destroy();
    await nothingLeft();
  });

  it.each([
    ['that ends too early', `${HEAD}cut`],
    ['with 65 files', Array.from({ length: 65 }, () => `${HEAD}x\r\n`).join('') + TAIL.slice(2)],
    [
      'with a field larger than a field may be',
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="note"\r\n\r\n${'x'.repeat(30_000)}\r\n${HEAD}x${TAIL}`,
    ],
    [
      'with a field given twice',
      `${`--${BOUNDARY}\r\ncontent-disposition: form-data; name="seed"\r\n\r\n1\r\n`.repeat(2)}${HEAD}x${TAIL}`,
    ],
    [
      'with a field named as what every object has',
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="__proto__"\r\n\r\n1\r\n${HEAD}x${TAIL}`,
    ],
  ])('of a form %s is refused, and the service goes on', async (_what, body) => {
    const sent = upload();
    sent.end(body);
    expect([400, 413]).toContain((await answered(sent)).status);
    await nothingLeft();
    expect((await guest.fetch('/api/v1/me')).status).toBe(200);
  });
});
