import fc from 'fast-check';
import { expect, test } from 'vitest';
import { iptables, iptablesSave } from '../../workers/handset/net/iptables.ts';
import { RuleTables } from '../../workers/handset/net/tables.ts';
import type { Program, ProgramIo } from '../../workers/handset/system.ts';

function programUnderTest(program: Program, name = 'iptables') {
  return async (args: readonly string[] | string, uid = 0) => {
    let out = '';
    let err = '';
    const words = typeof args === 'string' ? args.split(' ').filter((word) => word !== '') : args;
    const io = {
      argv: [name, ...words],
      uid,
      out: (text: string | Uint8Array) => void (out += String(text)),
      err: (text: string) => void (err += text),
    } satisfies Partial<ProgramIo>;
    const status = await program(io as unknown as ProgramIo);
    return { out, err, status };
  };
}

const fresh = () => {
  const tables = new RuleTables(4);
  return { tables, run: programUnderTest(iptables(tables)) };
};
const OK = { out: '', err: '', status: 0 };

test.each([
  [
    '-A OUTPUT -m owner --uid-owner 10123 -p tcp --dport 443 -j DNAT --to-destination 10.0.2.2:8443',
    '-p tcp -m owner --uid-owner 10123 -m tcp --dport 443 -j DNAT --to-destination 10.0.2.2:8443',
  ],
  [
    '-A OUTPUT -p tcp -m owner --uid-owner 10123 -j DNAT --to 10.0.2.2:1',
    '-p tcp -m owner --uid-owner 10123 -j DNAT --to-destination 10.0.2.2:1',
  ],
  [
    '-w -I OUTPUT 1 ! -d 127.0.0.0/8 -p tcp -j DNAT --to-destination 10.0.2.2',
    '! -d 127.0.0.0/8 -p tcp -j DNAT --to-destination 10.0.2.2',
  ],
  ['-A OUTPUT -m owner ! --uid-owner 10100-10199 -j RETURN', '-m owner ! --uid-owner 10100-10199 -j RETURN'],
  [
    '-A OUTPUT -d 192.0.2.77/255.255.255.0 -p udp --sport 1000:2000 -j ACCEPT',
    '-d 192.0.2.0/24 -p udp -m udp --sport 1000:2000 -j ACCEPT',
  ],
  [
    '-A OUTPUT -p tcp --dport https -m comment --comment sleeptalk -j REDIRECT --to-ports 8080',
    '-p tcp -m tcp --dport 443 -m comment --comment sleeptalk -j REDIRECT --to-ports 8080',
  ],
  ['-A OUTPUT -d 0/0', ''],
] as const)('in nat, %s is listed in canonical form', async (command, listed) => {
  const { run } = fresh();
  expect(await run(`-t nat ${command}`)).toEqual(OK);
  const rules = (await run('-t nat -S OUTPUT')).out.split('\n').filter((line) => line.startsWith('-A'));
  expect(rules).toEqual([`-A OUTPUT ${listed}`.trimEnd()]);
});

test('a listing counts, in columns', async () => {
  const { tables, run } = fresh();
  await run('-t nat -N SLEEPTALK');
  await run('-t nat -A SLEEPTALK -p tcp --dport 443 -j DNAT --to-destination 10.0.2.2:8443');
  await run('-t nat -A OUTPUT -m owner --uid-owner 10123 -j SLEEPTALK');
  const packet = { uid: 10123, transport: 'tcp', address: '198.18.0.9', port: 443, bytes: 60 } as const;
  expect(tables.walk('nat', 'OUTPUT', packet)).toEqual({ kind: 'DNAT', address: '10.0.2.2', port: 8443 });
  expect(tables.walk('nat', 'OUTPUT', { ...packet, uid: 10124 })).toEqual({ kind: 'ACCEPT' });
  expect((await run('-t nat -L SLEEPTALK -n -v')).out).toBe(
    'Chain SLEEPTALK (1 references)\n' +
      ' pkts bytes target     prot opt in     out     source               destination         \n' +
      '    1    60 DNAT       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:443 to:10.0.2.2:8443\n',
  );
  expect((await run('-t nat -L OUTPUT')).out).toBe(
    'Chain OUTPUT (policy ACCEPT)\n' +
      'target     prot opt source               destination         \n' +
      'SLEEPTALK  all  --  anywhere             anywhere             owner UID match u0_a123\n',
  );
  expect((await run('-t nat -nvxL OUTPUT')).out).toContain('Chain OUTPUT (policy ACCEPT 1 packets, 60 bytes)\n');
  await run('-t nat -Z');
  expect((await run('-t nat -v -S SLEEPTALK')).out).toBe(
    '-N SLEEPTALK\n-A SLEEPTALK -p tcp -m tcp --dport 443 -c 0 0 -j DNAT --to-destination 10.0.2.2:8443\n',
  );
});

const USAGE = "Try `iptables -h' or 'iptables --help' for more information.\n";
test.each([
  ['-F NOPE', 'iptables: No chain/target/match by that name.\n', 1],
  ['-A NOPE -j ACCEPT', 'iptables: No chain/target/match by that name.\n', 1],
  ['-D OUTPUT -p tcp -j ACCEPT', 'iptables: Bad rule (does a matching rule exist in that chain?).\n', 1],
  ['-C OUTPUT -p tcp -j ACCEPT', 'iptables: Bad rule (does a matching rule exist in that chain?).\n', 1],
  ['-D OUTPUT 99', 'iptables: Index of deletion too big.\n', 1],
  ['-I OUTPUT 99 -j ACCEPT', 'iptables: Index of insertion too big.\n', 1],
  ['-N oem_out', 'iptables: Chain already exists.\n', 1],
  ['-X oem_out', 'iptables: Too many links.\n', 1],
  ['-X OUTPUT', "iptables: Invalid argument. Run `dmesg' for more information.\n", 1],
  ['-A OUTPUT -j DNAT --to-destination 10.0.2.2', "iptables: Invalid argument. Run `dmesg' for more information.\n", 1],
  ['-A OUTPUT -j DNAT', `iptables v1.8.7 (legacy): DNAT: option "--to-destination" must be specified\n${USAGE}`, 2],
  [
    '-A OUTPUT -j NOWHERE',
    `iptables v1.8.7 (legacy): Couldn't load target \`NOWHERE':No such file or directory\n\n${USAGE}`,
    2,
  ],
  ['-A OUTPUT --frobnicate', `iptables v1.8.7 (legacy): unknown option "--frobnicate"\n${USAGE}`, 2],
  ['-A OUTPUT --dport 443', `iptables v1.8.7 (legacy): unknown option "--dport"\n${USAGE}`, 2],
  ['-A OUTPUT -p', `iptables v1.8.7 (legacy): option "-p" requires an argument\n${USAGE}`, 2],
  ['', `iptables v1.8.7 (legacy): no command specified\n${USAGE}`, 2],
] as const)('iptables %s is refused as the real one refuses it', async (command, err, status) => {
  expect(await fresh().run(command)).toEqual({ out: '', err, status });
});

test('a chain that leads back to itself is refused', async () => {
  const { run } = fresh();
  await run('-N A');
  await run('-N B');
  expect(await run('-A A -j B')).toEqual(OK);
  expect(await run('-A B -j A')).toMatchObject({ err: 'iptables: Too many levels of symbolic links.\n', status: 1 });
});

test('only root may touch the tables, and IPv6 has no nat', async () => {
  expect(await fresh().run('-t nat -L', 2000)).toMatchObject({
    err: expect.stringContaining(
      "can't initialize iptables table `nat': Permission denied (you must be root)",
    ) as string,
    status: 3,
  });
  const six = programUnderTest(iptables(new RuleTables(6)), 'ip6tables');
  expect(await six('-t nat -L')).toMatchObject({
    err: expect.stringMatching(
      /^ip6tables v1\.8\.7 \(legacy\): can't initialize ip6tables table `nat': Table does not exist/,
    ) as string,
    status: 3,
  });
  expect(await six('-A OUTPUT -m owner --uid-owner 10123 -j REJECT')).toEqual(OK);
  expect((await six('-S OUTPUT')).out).toContain(
    '-A OUTPUT -m owner --uid-owner 10123 -j REJECT --reject-with icmp6-port-unreachable\n',
  );
});

test('iptables-save prints what iptables would read', async () => {
  const { tables, run } = fresh();
  await run('-t nat -A OUTPUT -p tcp -j DNAT --to-destination 10.0.2.2:1');
  const { out } = await programUnderTest(iptablesSave(tables), 'iptables-save')('-t nat');
  expect(out).toMatch(/^\*nat\n:PREROUTING ACCEPT \[0:0\]\n/);
  expect(out).toMatch(/-A OUTPUT -p tcp -j DNAT --to-destination 10\.0\.2\.2:1\nCOMMIT\n$/);
});

const port = fc.integer({ min: 1, max: 65_535 }).map(String);
const octet = fc.integer({ min: 0, max: 255 });
const rule = fc
  .record({
    transport: fc.constantFrom('tcp', 'udp'),
    uid: fc.option(fc.integer({ min: 0, max: 99_999 }), { nil: null }),
    dport: fc.option(port, { nil: null }),
    to: fc.tuple(octet, octet, octet, octet, fc.integer({ min: 1, max: 32 })),
    not: fc.boolean(),
    target: fc.constantFrom('ACCEPT', 'DROP', 'RETURN', 'REJECT'),
  })
  .map(({ transport, uid, dport, to, not, target }) => [
    ...(uid === null ? [] : ['-m', 'owner', ...(not ? ['!'] : []), '--uid-owner', `${uid}`]),
    '-p',
    transport,
    ...(dport === null ? [] : ['--dport', dport]),
    '-d',
    `${to.slice(0, 4).join('.')}/${to[4]}`,
    '-j',
    target,
  ]);

test('whatever rules are added are found, printed so that they read back equal, and deleted without a trace', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(rule, { minLength: 1, maxLength: 6, selector: (words) => words.join(' ') }),
      async (rules) => {
        const { run } = fresh();
        const before = (await run('-S')).out;
        for (const words of rules) expect(await run(['-A', 'OUTPUT', ...words])).toEqual(OK);
        const listed = (await run('-S OUTPUT')).out
          .split('\n')
          .filter((line) => line.startsWith('-A') && !/_(out|OUTPUT)$/.test(line));
        expect(listed).toHaveLength(rules.length);
        const copy = fresh();
        for (const line of listed) expect(await copy.run(line)).toEqual(OK);
        expect((await copy.run('-S')).out).toBe((await run('-S')).out);
        for (const words of rules) expect(await run(['-C', 'OUTPUT', ...words])).toEqual(OK);
        for (const words of rules) expect(await run(['-D', 'OUTPUT', ...words])).toEqual(OK);
        expect((await run('-S')).out).toBe(before);
      },
    ),
    { numRuns: 60 },
  );
});

test('no command line throws or grows the output beyond reason', async () => {
  const word = fc.oneof(
    fc.constantFrom(
      '-A',
      '-D',
      '-I',
      '-L',
      '-S',
      '-t',
      'nat',
      'OUTPUT',
      '-j',
      'DNAT',
      '-p',
      'tcp',
      '!',
      '-m',
      'owner',
      '--uid-owner',
      '-n',
      '--to-destination',
      'toString',
      '__proto__',
    ),
    fc.string({ maxLength: 12 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 12 }), async (words) => {
      const { status, out } = await fresh().run(words);
      expect([0, 1, 2, 3]).toContain(status);
      expect(out.length).toBeLessThan(10_000);
    }),
    { numRuns: 500 },
  );
});
