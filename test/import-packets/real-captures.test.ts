import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasTshark } from '../support/tshark.ts';
import { expectAgreement, isTcp } from './agreement.ts';
import { importing, type PacketConnection } from './importing.ts';

const folder = resolve(import.meta.dirname, '../../../shared/data/captures');

/** What tshark 4.0.17 says of each file: streams, bytes of frames, payload with each byte of TCP once, server names. */
const SAID: Readonly<Record<string, Totals>> = {
  'android.pcap': {
    tcp: { streams: 28, frameBytes: 119_888, payload: 91_860 },
    udp: { streams: 31, frameBytes: 11_488, payload: 8508 },
    names: [
      ...['accounts.google.com', 'android.clients.google.com', 'android.googleapis.com', 'app-measurement.com'],
      ...['clients1.google.com', 'connectivitycheck.gstatic.com', 'datasaver.googleapis.com', 'play.googleapis.com'],
      ...['proxy.googlezip.net', 'semanticlocation-pa.googleapis.com', 'www.google.com'],
    ],
  },
  'custom_rules_ipv6.pcapng': {
    tcp: { streams: 0, frameBytes: 0, payload: 0 },
    udp: { streams: 7, frameBytes: 4446, payload: 3950 },
    names: [],
  },
  'googledns_android10.pcap': {
    tcp: { streams: 7, frameBytes: 132_502, payload: 97_087 },
    udp: { streams: 0, frameBytes: 0, payload: 0 },
    names: ['dns.google'],
  },
  'telegram_videocall.pcapng': {
    tcp: { streams: 10, frameBytes: 339_836, payload: 296_502 },
    udp: { streams: 19, frameBytes: 42_103, payload: 32_339 },
    names: [],
  },
  'tls_ech.pcapng': {
    tcp: { streams: 1, frameBytes: 4226, payload: 3350 },
    udp: { streams: 0, frameBytes: 0, payload: 0 },
    names: ['performance.radar.cloudflare.com'],
  },
  'whatsapp_login_call.pcap': {
    tcp: { streams: 27, frameBytes: 82_048, payload: 56_966 },
    udp: { streams: 29, frameBytes: 110_358, payload: 75_334 },
    names: ['p53-buy.itunes.apple.com', 'query.ess.apple.com'],
  },
  'youtube_quic.pcap': {
    tcp: { streams: 0, frameBytes: 0, payload: 0 },
    udp: { streams: 3, frameBytes: 191_639, payload: 179_501 },
    names: ['googleads.g.doubleclick.net', 'pagead2.googlesyndication.com', 'yt3.ggpht.com'],
  },
};

interface Sums {
  readonly streams: number;
  readonly frameBytes: number;
  readonly payload: number;
}

interface Totals {
  readonly tcp: Sums;
  readonly udp: Sums;
  readonly names: readonly string[];
}

/** tshark has one stream for all datagrams between two ends; a minute of silence parts them here. */
function sums(connections: readonly PacketConnection[]): Sums {
  const ends = connections.map((one) => (isTcp(one) ? `${one.connection}` : [one.client, one.address].join(' ')));
  return {
    streams: new Set(ends).size,
    frameBytes: connections.reduce((sum, one) => sum + one.frameBytes, 0),
    payload: connections.reduce((sum, one) => sum + one.wireUpBytes + one.wireDownBytes, 0),
  };
}

describe.skipIf(!existsSync(folder))(
  'captures of real devices (../shared/data/captures, skipped where it is absent)',
  () => {
    it.each(Object.entries(SAID))('%s has the sums that were measured', async (file, said) => {
      const { connections, skippedLines, unreadBytes } = await importing(join(folder, file));
      expect({ skippedLines, unreadBytes }).toEqual({ skippedLines: 0, unreadBytes: 0 });
      expect({
        tcp: sums(connections.filter(isTcp)),
        udp: sums(connections.filter((one) => !isTcp(one))),
        names: [...new Set(connections.flatMap(({ sni }) => sni ?? []))].sort(),
      }).toEqual(said);
    });

    it.skipIf(!hasTshark).each(Object.keys(SAID))('%s is stream by stream what tshark says', async (file) => {
      const path = join(folder, file);
      expectAgreement(path, await importing(path));
    });
  },
);
