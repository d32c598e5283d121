import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createSessionClock } from '../../workers/capture/clock.ts';
import { createJournal } from '../../workers/capture/journal.ts';
import { createSealedAnswers } from '../../workers/capture/name-answers.ts';
import type { Recorder } from '../../workers/capture/recorder.ts';
import { openNameServer } from '../../workers/capture/resolver.ts';
import { handsetUnderTest, until, type HandsetUnderTest } from './handset-under-test.ts';

/** The resolver of a capture on loopback, and the names that it was asked for, one entry for each question. */
async function resolver() {
  const asked: string[] = [];
  const recorder = { write: () => undefined } as Partial<Recorder> as Recorder;
  const sealed = createSealedAnswers();
  const server = await openNameServer({
    journal: createJournal(recorder, createSessionClock({ clockRate: 1 })),
    answers: { ...sealed, addressesOf: (name) => (asked.push(name), sealed.addressesOf(name)) },
    signal: new AbortController().signal,
  });
  return { ...server, asked };
}

async function sink() {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

const leadTo = (handset: HandsetUnderTest, match: string, port: number) =>
  handset.run(`iptables -t nat -A OUTPUT ${match} -j DNAT --to-destination 10.0.2.2:${port}`);

test('with a redirect, names are asked for over UDP, under the uid of DNS, and kept for their time to live', async () => {
  await using names = await resolver();
  await using far = await sink();
  await using handset = handsetUnderTest();
  const uid = await handset.install({
    version: 1,
    schedules: [{ id: 'tick', url: 'http://tick.example/', everySeconds: 20 }],
  });
  await leadTo(handset, '-m owner --uid-owner 1051 -p udp --dport 53', names.port);
  await leadTo(handset, `-m owner --uid-owner ${uid} -p tcp`, far.port);
  await handset.launch();
  for (let beat = 1; beat <= 5; beat++) {
    await handset.clock.advance(20_000);
    await until(() => far.connections() === beat, `beat ${beat}`);
  }
  // Asked at 20 s and at 80 s: the answer's 60 s are device time.
  expect(names.asked).toEqual(['tick.example', 'tick.example']);
  // Headers, question and nothing else: 28 + 12 + 14 + 4 bytes for each.
  expect((await handset.run('iptables -t nat -nvxL OUTPUT')).out).toMatch(/ 2 +116 DNAT +udp .* owner UID match 1051 /);
});

test('the connection of an app stands with the address that the resolver gave', async () => {
  await using names = await resolver();
  await using far = await sink();
  await using handset = handsetUnderTest();
  await handset.install({
    version: 1,
    schedules: [{ id: 'held', url: 'http://Held.example/', everySeconds: 20, connection: 'keep-alive' }],
  });
  await leadTo(handset, '-p udp --dport 53', names.port);
  await leadTo(handset, '-p tcp', far.port);
  await handset.launch();
  await handset.clock.advance(20_000);
  await until(() => handset.beats('held').length === 1, 'the exchange');
  const row = handset.parts.files.read('/proc/net/tcp6').toString().split('\n')[1] ?? '';
  const hex = / 0000000000000000FFFF0000([0-9A-F]{8}):0050 01 /.exec(row)?.[1] ?? '';
  const address = [...Buffer.from(hex, 'hex')].reverse().join('.');
  expect(names.nameOf(address)).toBe('held.example');
});

test('before Android 10 the questions are root’s', async () => {
  await using names = await resolver();
  await using handset = handsetUnderTest(28);
  await leadTo(handset, '-m owner --uid-owner 0 -p udp --dport 53', names.port);
  await handset.run('nc -w 1 old.example 80', 10_200);
  expect(names.asked).toEqual(['old.example']);
});

test('a server that is gone, or refused, is a failure: no other answer takes its place', async () => {
  await using handset = handsetUnderTest();
  const names = await resolver();
  await leadTo(handset, '-p udp --dport 53', names.port);
  await names[Symbol.asyncDispose]();
  const unresolved = { out: '', err: 'nc: getaddrinfo: No address associated with hostname\n', status: 1 };
  expect(await handset.run('nc -w 5 gone.example 80', 10_200)).toEqual(unresolved);
  await handset.run('iptables -t nat -F OUTPUT');
  // Without the redirect the emulator's own proxy answers again; only the way out is missing.
  expect((await handset.run('nc -w 5 gone.example 80', 10_200)).err).toBe('nc: connect: Network is unreachable\n');
  await handset.run('iptables -A OUTPUT -p udp --dport 53 -j REJECT');
  expect(await handset.run('nc -w 5 gone.example 80', 10_200)).toEqual(unresolved);
});

test('literals and localhost are nobody’s question', async () => {
  await using names = await resolver();
  await using handset = handsetUnderTest();
  await leadTo(handset, '-p udp --dport 53', names.port);
  for (const host of ['192.0.2.1', 'localhost', '127.0.0.1', '-no-.name']) await handset.run(`nc -w 1 ${host} 80`);
  expect(names.asked).toEqual([]);
});
