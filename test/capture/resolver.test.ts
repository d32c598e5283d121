import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readName, readQuery } from '../../workers/capture/dns-message.ts';
import { createJournal, type Journal } from '../../workers/capture/journal.ts';
import { createSessionClock } from '../../workers/capture/clock.ts';
import { createLiveAnswers, createSealedAnswers, type NameAnswers } from '../../workers/capture/name-answers.ts';
import type { Recorder } from '../../workers/capture/recorder.ts';
import { openNameServer } from '../../workers/capture/resolver.ts';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { createLiveEgress } from '../../workers/capture/egress/live.ts';
import { openScene } from './scene.ts';

const words = (...values: number[]): Buffer =>
  Buffer.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
const labels = (...parts: (string | Buffer)[]): Buffer =>
  Buffer.concat([...parts.flatMap((part) => [Buffer.from([part.length]), Buffer.from(part)]), Buffer.from([0])]);

/** A query as it stands in RFC 1035, section 4.1: id 0x1234, RD, one question, class IN. */
function query(name: Buffer, type = 1, rest: Buffer = Buffer.alloc(0), additional = 0): Buffer {
  return Buffer.concat([words(0x1234, 0x0100, 1, 0, 0, additional), name, words(type, 1), rest]);
}
const OPT = Buffer.concat([Buffer.from([0]), words(41, 4096, 0, 0, 0)]);

function book(): { journal: Journal; written: CaptureRecord[]; setHostMs: (ms: number) => void } {
  const written: CaptureRecord[] = [];
  let hostMs = 0;
  const clock = createSessionClock({ clockRate: 1, hostNowMs: () => hostMs });
  clock.start();
  const recorder = { write: (record: CaptureRecord) => void written.push(record) } as Partial<Recorder> as Recorder;
  return { journal: createJournal(recorder, clock), written, setHostMs: (ms) => (hostMs = ms) };
}

function open(answers: NameAnswers = createSealedAnswers(), journal = book().journal) {
  return openNameServer({ journal, answers, signal: new AbortController().signal });
}

/** Sends datagrams from one socket and gives the answers that came until `want` of them, or until the last word. */
async function ask(port: number, packets: readonly Buffer[], want = packets.length): Promise<Buffer[]> {
  const socket = createSocket('udp4');
  const answers: Buffer[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${answers.length} of ${want} answers came`)), 5000);
      socket.on('message', (message: Buffer) => {
        answers.push(message);
        if (answers.length < want) return;
        clearTimeout(late);
        resolve();
      });
      for (const packet of packets) socket.send(packet, port, '127.0.0.1');
    });
    return answers;
  } finally {
    socket.close();
  }
}

function resolverAt(port: number): Resolver {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return resolver;
}

test('an address is answered byte for byte as RFC 1035 has it', async () => {
  await using server = await open();
  const [answer] = await ask(server.port, [query(labels('WwW', 'example'))]);
  const bytes = answer ?? Buffer.alloc(0);
  // QR, RD, RA; one question, one answer; the question as it was asked; a pointer to offset 12.
  expect(bytes.subarray(0, 12)).toEqual(words(0x1234, 0x8180, 1, 1, 0, 0));
  expect(bytes.subarray(12, 29)).toEqual(Buffer.concat([labels('WwW', 'example'), words(1, 1)]));
  expect(bytes.subarray(29, 41)).toEqual(words(0xc00c, 1, 1, 0, 60, 4));
  const address = [...bytes.subarray(41)].join('.');
  expect(address).toMatch(/^198\.18\.\d+\.\d+$/);
  expect(server.nameOf(address)).toBe('www.example');
});

test('AAAA, HTTPS, SVCB, unknown types and other classes exist without a record; EDNS0 is answered in kind', async () => {
  await using server = await open();
  for (const type of [28, 65, 64, 16, 255, 4711]) {
    const [answer] = await ask(server.port, [query(labels('a', 'example'), type)]);
    expect(answer?.subarray(2, 12)).toEqual(words(0x8180, 1, 0, 0, 0));
  }
  const chaos = query(labels('version', 'bind'));
  chaos.writeUInt16BE(3, chaos.length - 2);
  expect((await ask(server.port, [chaos]))[0]?.subarray(2, 8)).toEqual(words(0x8180, 1, 0));
  const [edns] = await ask(server.port, [query(labels('a', 'example'), 1, OPT, 1)]);
  expect(edns?.subarray(4, 12)).toEqual(words(1, 1, 0, 1));
  expect(edns?.subarray(-11)).toEqual(Buffer.concat([Buffer.from([0]), words(41, 1232, 0, 0, 0)]));
});

test('what is no query is refused with its reason, or not answered where an answer could go round', async () => {
  await using server = await open();
  const flags = async (packet: Buffer): Promise<number | undefined> =>
    (await ask(server.port, [packet]))[0]?.readUInt16BE(2);
  const twice = query(labels('a'));
  twice.writeUInt16BE(2, 4);
  const update = query(labels('a'));
  update.writeUInt16BE(0x2800, 2);
  expect(await flags(update)).toBe(0xa884);
  expect(await flags(twice)).toBe(0x8181);
  expect(await flags(query(Buffer.from([63, 97, 0])))).toBe(0x8181);
  expect(await flags(query(Buffer.from([0x41, 97, 0])))).toBe(0x8181);
  expect(await flags(query(Buffer.from([1, 97, 0xc0, 12])))).toBe(0x8181);
  expect(await flags(query(Buffer.from([0xc0, 12])))).toBe(0x8181);
  const response = query(labels('a'));
  response.writeUInt16BE(0x8100, 2);
  // Only the last of these is a query; the others stay without any answer.
  expect(await ask(server.port, [Buffer.alloc(0), Buffer.alloc(11), response, query(labels('z'))], 1)).toEqual([
    expect.objectContaining({ length: 12 + 3 + 4 + 16 }) as Buffer,
  ]);
});

test('names are read through backward pointers, never around a loop, and never beyond 255 bytes', () => {
  const head = Buffer.alloc(12);
  const compressed = Buffer.concat([head, labels('example', 'org'), Buffer.from([3, 119, 119, 119, 0xc0, 12])]);
  expect(readName(compressed, 25)).toEqual({ text: 'www.example.org', end: 31 });
  expect(readName(Buffer.concat([head, Buffer.from([0xc0, 14, 0xc0, 12])]), 14)).toBeNull();
  expect(readName(Buffer.concat([head, Buffer.from([0])]), 12)).toEqual({ text: '.', end: 13 });
  const label = Buffer.alloc(63, 'a');
  expect(readName(Buffer.concat([head, labels(label, label, label, label.subarray(2))]), 12)?.end).toBe(12 + 255);
  expect(readName(Buffer.concat([head, labels(label, label, label, label.subarray(1))]), 12)).toBeNull();
  expect(readName(Buffer.concat([head, labels('a.b', Buffer.from([0, 255, 92]))]), 12)?.text).toBe(
    String.raw`a\.b.\000\255\\`,
  );
});

test('no packet is too odd to read, and what is read is answered within 512 bytes', async () => {
  const answers = createSealedAnswers();
  await using server = await open(answers);
  const base = query(labels('www', 'example', 'org'), 1, OPT, 1);
  const mutated = fc
    .array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 12 })
    .map((changes) => changes.reduce((packet, [at, value]) => packet.fill(value, at, at + 1), Buffer.from(base)));
  const junk = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
  const packets: Buffer[] = [];
  fc.assert(
    fc.property(fc.oneof(junk, mutated), (packet) => {
      const reading = readQuery(packet);
      if (reading.kind === 'query') {
        expect(reading.query.question.length).toBeLessThanOrEqual(259);
        expect(reading.query.name).toMatch(/^[\u0020-\u007e]+$/);
      }
      if (packets.length < 200) packets.push(packet);
    }),
    { numRuns: 3000 },
  );
  const due = packets.filter((packet) => readQuery(packet).kind !== 'nothing').length;
  for (const answer of await ask(server.port, [...packets, base], due + 1)) expect(answer.length).toBeLessThan(513);
});

test('a real client gets one lasting address for each name, over UDP, and nothing for IPv6', async () => {
  await using server = await open();
  const resolver = resolverAt(server.port);
  const [first] = await resolver.resolve4('cdn.brightlamp.example', { ttl: true });
  expect(first).toEqual({ address: expect.stringMatching(/^198\.18\./) as string, ttl: 60 });
  expect(await resolver.resolve4('CDN.brightlamp.example')).toEqual([first?.address]);
  expect(await resolver.resolve4('intranet')).not.toEqual([first?.address]);
  await expect(resolver.resolve6('cdn.brightlamp.example')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolveTxt('cdn.brightlamp.example')).rejects.toMatchObject({ code: 'ENODATA' });
  await using another = await open();
  expect(await resolverAt(another.port).resolve4('cdn.brightlamp.example')).toEqual([first?.address]);
});

test('names beyond the bound are still answered, from a block of their own that leads back to nobody', () => {
  const answers = createSealedAnswers(2);
  const addressOf = (name: string): string => {
    const answer = answers.addressesOf(name);
    return 'then' in answer ? '' : (answer.addresses[0] ?? '');
  };
  const [one, two, three] = [addressOf('one'), addressOf('two'), addressOf('three')];
  expect([one, two].map((address) => answers.nameOf(address))).toEqual(['one', 'two']);
  expect(three).toMatch(/^198\.19\./);
  expect(answers.nameOf(three)).toBeNull();
  expect(answers.nameOf('not an address')).toBeNull();
});

test('TCP answers several questions in their order, however they are cut, and ends what is no question', async () => {
  await using server = await open();
  const framed = (message: Buffer): Buffer => Buffer.concat([words(message.length), message]);
  const talk = (chunks: readonly Buffer[]): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: server.port, noDelay: true });
      const got: Buffer[] = [];
      socket.on('data', (chunk) => got.push(chunk)).on('error', reject);
      socket.once('close', () => resolve(Buffer.concat(got)));
      for (const chunk of chunks) socket.write(chunk);
      socket.end();
    });
  const two = Buffer.concat([framed(query(labels('one'))), framed(query(labels('two'), 28))]);
  const answers = await talk([...two].map((byte) => Buffer.from([byte])));
  // 12 + 5 + 4 + 16 bytes for the address of "one", 12 + 5 + 4 for the nothing of "two".
  expect(answers.readUInt16BE(0)).toBe(37);
  expect(answers.readUInt16BE(39)).toBe(21);
  expect(answers.length).toBe(62);
  expect(await talk([framed(Buffer.alloc(3))])).toEqual(Buffer.alloc(0));
  expect(await talk([Buffer.from('GET / HTTP/1.1\r\n\r\n')])).toEqual(Buffer.alloc(0));
});

test('each name is recorded once a minute with the number of look-ups since, escaped and bounded', async () => {
  const { journal, written, setHostMs } = book();
  {
    await using server = await open(createSealedAnswers(), journal);
    const resolver = resolverAt(server.port);
    for (const atMs of [0, 1000, 59_000, 61_000]) {
      setHostMs(atMs);
      await resolver.resolve4('c2.example');
    }
    const hostile = labels(Buffer.alloc(60, '\u001b'), Buffer.alloc(60, 7), Buffer.alloc(60, 0xff));
    await ask(server.port, [query(hostile, 65)]);
  }
  expect(written.slice(0, 2)).toEqual([
    { type: 'event', atMs: 0, kind: 'dns-query', detail: 'c2.example', queryType: 'A', count: 1 },
    { type: 'event', atMs: 61_000, kind: 'dns-query', detail: 'c2.example', queryType: 'A', count: 3 },
  ]);
  expect(written[2]).toMatchObject({ kind: 'dns-query', queryType: 'HTTPS' });
  const detail = String(written[2]?.['detail']);
  expect(detail).toMatch(/^(\\027)+/);
  expect(detail.length).toBeLessThan(260);
  expect(written.slice(3)).toEqual([
    { type: 'event', atMs: 61_000, kind: 'dns-queries', detail: '5 look-ups of 2 names' },
  ]);
});

test("a live run gives the host's own answers and failures, and gives up what is unanswered when it closes", async () => {
  let cancelled = false;
  const fails = (code: string): Error => Object.assign(new Error(code), { code });
  const answers = createLiveAnswers({
    resolve4: async (name) => {
      if (name === 'real.example') return [{ address: '93.184.215.14', ttl: 300 }];
      throw fails(name === 'bare.example' ? 'ENODATA' : name === 'none.example' ? 'ENOTFOUND' : 'ETIMEOUT');
    },
    cancel: () => (cancelled = true),
  });
  {
    await using server = await open(answers);
    const resolver = resolverAt(server.port);
    expect(await resolver.resolve4('real.example', { ttl: true })).toEqual([{ address: '93.184.215.14', ttl: 300 }]);
    expect(server.nameOf('93.184.215.14')).toBe('real.example');
    await expect(resolver.resolve4('bare.example')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('none.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve4('slow.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    // No look-up of the host is made for what can be no host name.
    const [answer] = await ask(server.port, [query(labels('a b', 'example'))]);
    expect((answer?.readUInt16BE(2) ?? 0) & 15).toBe(3);
  }
  expect(cancelled).toBe(true);
});

test('a capture has a resolver of its own, whose look-ups stand in its record, and which ends with it', async () => {
  await using scene = await openScene();
  const resolver = resolverAt(scene.capture.dnsPort);
  const [address] = await resolver.resolve4('sync.example');
  expect(scene.capture.nameOf(address ?? '')).toBe('sync.example');
  const { all } = await scene.records();
  expect(all.filter((record) => record.type === 'event').map(({ kind, detail }) => [kind, detail])).toEqual([
    ['dns-query', 'sync.example'],
    ['dns-queries', '1 look-ups of 1 names'],
  ]);
  await expect(resolver.resolve4('sync.example')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a cancelled capture closes its resolver without a fault', async () => {
  const ending = new AbortController();
  await using scene = await openScene({ signal: ending.signal, egress: createLiveEgress() });
  await ask(scene.capture.dnsPort, [query(labels('late', 'example'), 28)]);
  ending.abort(new Error('cancelled'));
  const { all } = await scene.records();
  expect(all.at(-1)).toMatchObject({ type: 'end' });
  expect(all.filter((record) => record.type === 'event')).toHaveLength(2);
});
