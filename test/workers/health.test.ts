import { describe, expect, it } from 'vitest';
import { openHealth } from '../../workers/health.ts';

describe('the health of a worker', () => {
  it('is alive at once, and ready while the ledger hears it', async () => {
    let nowMs = 1_000_000;
    await using health = await openHealth({ host: '127.0.0.1', port: 0 }, () => nowMs);
    const status = async (path: string): Promise<number> => (await fetch(`${health.address}${path}`)).status;
    expect([await status('/healthz'), await status('/readyz'), await status('/etc/passwd')]).toEqual([200, 503, 404]);
    health.heard(new Date(nowMs));
    expect(await status('/readyz')).toBe(200);
    nowMs += 31_000;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
  });

  it('says that its port is taken', async () => {
    await using first = await openHealth({ host: '127.0.0.1', port: 0 });
    const port = Number(new URL(first.address).port);
    await expect(openHealth({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'port-busy' });
  });
});
