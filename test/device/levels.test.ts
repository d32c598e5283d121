import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startGuard } from '../../workers/device/guard.ts';
import { installApks } from '../../workers/device/install.ts';
import { leaseHandset } from '../../workers/device/lease.ts';
import { enterPhase, leavePhases } from '../../workers/device/phase.ts';
import { readSchedules } from '../../workers/device/schedule.ts';
import { readState } from '../../workers/device/state.ts';
import { installTrustAnchor } from '../../workers/device/trust.ts';
import { SAMPLES } from '../support/apk/samples.ts';
import { writeApk } from '../support/apk/write.ts';

const signal = new AbortController().signal;
const PEM = `-----BEGIN CERTIFICATE-----\n${Buffer.alloc(300, 7).toString('base64')}\n-----END CERTIFICATE-----\n`;

describe.each([28, 31, 36])('a handset of API level %d', (apiLevel) => {
  it('takes trust anchor, app and phases, shows the schedule of a torch, and is clean again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sleeptalk-level-'));
    try {
      await using guard = startGuard();
      await using handset = await leaseHandset({
        device: 'simulated',
        apiLevel,
        clockRate: 600,
        seed: 2,
        adbServer: null,
        guard,
        signal,
        lockDirectory: folder,
      });
      expect(handset.apiLevel).toBe(apiLevel);
      const path = join(folder, 'torch.apk');
      await writeFile(path, writeApk(SAMPLES.torch));
      {
        await using anchor = await installTrustAnchor(
          handset,
          handset.root,
          { pem: PEM, fileName: '0a1b2c3d.0' },
          signal,
        );
        const byModule = anchor.places.includes('/apex/com.android.conscrypt/cacerts');
        expect(byModule).toBe(apiLevel >= 34);
        await using app = await installApks(handset, [path], { signal });
        for (const phase of ['foreground', 'background', 'locked', 'doze'] as const) {
          await enterPhase(handset.shell, phase, app.packageName, signal);
          await sleep(1600); // 16 device minutes
          const state = await readState(handset.shell, app.packageName);
          expect(state, phase).toMatchObject({
            charging: false,
            screenOn: phase === 'foreground' || phase === 'background',
          });
          expect(state.standbyBucket, phase).not.toBe('unknown');
        }
        const schedules = await readSchedules(handset.shell, app.packageName);
        const alarm = schedules.find(({ kind }) => kind === 'alarm');
        expect(alarm).toMatchObject({ exact: true });
        expect(alarm?.intervalMs).toBeGreaterThan(280_000);
        expect(alarm?.intervalMs).toBeLessThan(700_000);
        await leavePhases(handset.shell);
      }
      await handset.proveClean();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
