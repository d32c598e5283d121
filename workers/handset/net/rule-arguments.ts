import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { isIPv6 } from 'node:net';
import { parseBlock4, type Block4 } from './address.ts';
import type { Family, Match, RuleSpec, Target, Transport } from './rule.ts';

/** A wrong command line: `iptables` prints the message with its version and ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, domain: 53, ssh: 22, ntp: 123 };

/** The part of a command line that describes a rule, in the making. */
export class RuleDraft {
  readonly #family: Family;
  #spec: RuleSpec = {
    protocol: null,
    protocolNot: false,
    destination: null,
    destinationNot: false,
    source: null,
    sourceNot: false,
    outInterface: null,
    inInterface: null,
    matches: [],
    target: null,
  };
  #loaded = new Set<string>();

  constructor(family: Family) {
    this.#family = family;
  }

  take(option: string, written: string, value: () => string, isNot: () => boolean): void {
    switch (option) {
      case '-p':
        return this.#set((text, not) => ({ protocol: transportOf(text), protocolNot: not }), value(), isNot());
      case '-d':
        return this.#set((text, not) => ({ destination: this.#block(text), destinationNot: not }), value(), isNot());
      case '-s':
        return this.#set((text, not) => ({ source: this.#block(text), sourceNot: not }), value(), isNot());
      case '-i':
        return this.#set((text) => ({ inInterface: text }), value(), false);
      case '-o':
        return this.#set((text) => ({ outInterface: text }), value(), false);
      case '-m':
        return void this.#loaded.add(value());
      case '-j':
        return this.#set((text) => ({ target: targetOf(text, this.#family) }), value(), false);
      case '--to':
      case '--to-destination':
        return this.#option('DNAT', dnat(value()), written);
      case '--to-ports':
      case '--to-port':
        return this.#option('REDIRECT', { kind: 'REDIRECT', port: portOf(value()) }, written);
      case '--reject-with':
        return this.#option('REJECT', { kind: 'REJECT', how: rejectWith(value()) }, written);
      case '--log-prefix':
        return this.#option('LOG', { kind: 'LOG', prefix: value().slice(0, 29) }, written);
      default:
        return this.#match(option, written, value, isNot);
    }
  }

  finish(): RuleSpec {
    const { target } = this.#spec;
    if (target?.kind === 'DNAT' && target.address === '')
      throw new UsageError('DNAT: option "--to-destination" must be specified');
    return this.#spec;
  }

  #match(option: string, written: string, value: () => string, isNot: () => boolean): void {
    const unknown = new UsageError(`unknown option "${written}"`);
    const protocol = this.#spec.protocol;
    switch (option) {
      case '--uid-owner': {
        if (!this.#loaded.has('owner')) throw unknown;
        const [from, to] = rangeOf(value(), '-', 4294967294, 'owner: Bad value for "--uid-owner" option');
        return this.#add({ kind: 'owner', from, to, not: isNot() });
      }
      case '--dport':
      case '--destination-port':
      case '--sport':
      case '--source-port': {
        if (protocol !== 'tcp' && protocol !== 'udp') throw unknown;
        const side = option.includes('d') && !option.startsWith('--s') ? 'dport' : 'sport';
        const text = value();
        const named = lookUp(PORTS, text);
        const [from, to] =
          named === undefined ? rangeOf(text, ':', 65535, `invalid port/service \`${text}' specified`) : [named, named];
        return this.#add({ kind: 'port', transport: protocol, side, from, to, not: isNot() });
      }
      case '--comment':
        if (!this.#loaded.has('comment')) throw unknown;
        return this.#add({ kind: 'comment', text: value().slice(0, 255) });
      case '--state':
      case '--ctstate':
        if (!this.#loaded.has(option === '--state' ? 'state' : 'conntrack')) throw unknown;
        return this.#add({
          kind: 'state',
          option: option === '--state' ? 'state' : 'ctstate',
          states: value().split(','),
        });
      default:
        throw option.startsWith('-') ? unknown : new UsageError(`Bad argument \`${written}'`);
    }
  }

  #set(make: (text: string, not: boolean) => Partial<RuleSpec>, text: string, not: boolean): void {
    this.#spec = { ...this.#spec, ...make(text, not) };
  }

  #add(match: Match): void {
    this.#spec = { ...this.#spec, matches: [...this.#spec.matches, match] };
  }

  #option(kind: Target['kind'], target: Target, written: string): void {
    if (this.#spec.target?.kind !== kind) throw new UsageError(`unknown option "${written}"`);
    this.#spec = { ...this.#spec, target };
  }

  #block(text: string): Block4 | string | null {
    if (this.#family === 6) {
      const host = text.split('/')[0] ?? '';
      if (!isIPv6(host)) throw new UsageError(`host/network \`${text}' not found`);
      return text === '::/0' ? null : text;
    }
    const block = parseBlock4(text);
    if (block === null) throw new UsageError(`host/network \`${text}' not found`);
    return block.bits === 0 ? null : block;
  }
}

function transportOf(text: string): Transport | null {
  const lower = text.toLowerCase();
  if (lower === 'all' || lower === '0') return null;
  if (lower === 'tcp' || lower === '6') return 'tcp';
  if (lower === 'udp' || lower === '17') return 'udp';
  if (lower === 'icmp' || lower === '1') return 'icmp';
  if (lower === 'icmpv6' || lower === 'ipv6-icmp' || lower === '58') return 'icmpv6';
  throw new UsageError(`unknown protocol "${text}" specified`);
}

function targetOf(name: string, family: Family): Target {
  switch (name) {
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
      return { kind: name };
    case 'REJECT':
      return { kind: 'REJECT', how: family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable' };
    case 'DNAT':
      return { kind: 'DNAT', address: '', port: null };
    case 'REDIRECT':
      return { kind: 'REDIRECT', port: 0 };
    case 'LOG':
      return { kind: 'LOG', prefix: '' };
    default:
      if (name.length > 28) throw new UsageError(`Invalid target name \`${name}' (28 chars max)`);
      return { kind: 'chain', name };
  }
}

const REJECTS = /^(icmp6?-(net|host|port|proto|adm|addr)-[a-z-]+|icmp6-no-route|tcp-reset)$/;
function rejectWith(text: string): string {
  if (!REJECTS.test(text)) throw new UsageError(`unknown reject type "${text}"`);
  return text;
}

function dnat(text: string): Target {
  const [address = '', port] = text.split(':', 2);
  const block = parseBlock4(address);
  if (block === null || block.bits !== 32 || address.includes('/')) throw new UsageError(`Bad IP address "${address}"`);
  return { kind: 'DNAT', address, port: port === undefined ? null : portOf(port) };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new UsageError(`Port \`${text}' not valid`);
  return port;
}

function rangeOf(text: string, between: string, most: number, complaint: string): [number, number] {
  const [from = '', to = from] = text.split(between, 2);
  if (!/^\d{1,10}$/.test(from) || !/^\d{1,10}$/.test(to)) throw new UsageError(complaint);
  if (Number(from) > Number(to) || Number(to) > most) throw new UsageError(complaint);
  return [Number(from), Number(to)];
}
