import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasTshark } from '../support/tshark.ts';
import { expectAgreement } from './agreement.ts';
import { importing } from './importing.ts';

const folder = resolve(import.meta.dirname, '../../../shared/data/captures');

const FILES = [
  'android.pcap',
  'custom_rules_ipv6.pcapng',
  'googledns_android10.pcap',
  'telegram_videocall.pcapng',
  'tls_ech.pcapng',
  'whatsapp_login_call.pcap',
  'youtube_quic.pcap',
];

describe.skipIf(!existsSync(folder))(
  'captures of real devices (../shared/data/captures, skipped where it is absent)',
  () => {
    it.skipIf(!hasTshark).each(FILES)('%s has the streams, bytes and server names that tshark says', async (file) => {
      const path = join(folder, file);
      const imported = await importing(path);
      expect(imported).toMatchObject({ skippedLines: 0, unreadBytes: 0 });
      expectAgreement(path, imported);
    });
  },
);
