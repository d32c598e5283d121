// In: the tunables. Out: the analytic by which a report was judged: its identity, its words, and its notice.
import type { Tunables } from '../../orchestrator/contract/profile.ts';
import type { Report } from '../../orchestrator/contract/report.ts';

/** MITRE ATT&CK Mobile AN1681 as of release 19.1; an older release had other words, so the text travels along. */
export function analyticOf(tunables: Tunables): Report['analytic'] {
  return {
    id: 'AN1681',
    version: '1.1',
    release: '19.1',
    hash: '5a0e1bf136b1',
    technique: 'T1437.001',
    text:
      'Defender observes an application establishing recurrent HTTPS or FCM-based communication sessions exhibiting ' +
      'structured cadence, asymmetric request/response sizes, or persistent low-volume polling inconsistent with ' +
      'declared application functionality, potentially embedding command data within web protocol traffic.',
    notice:
      'Source: MITRE ATT&CK(R). (c) 2026 The MITRE Corporation. Reproduced and distributed with the permission of ' +
      'The MITRE Corporation.',
    BeaconIntervalVarianceThreshold: tunables.BeaconIntervalVarianceThreshold,
    PayloadSymmetryThreshold: tunables.PayloadSymmetryThreshold,
    AppNetworkRoleBaseline: tunables.AppNetworkRoleBaseline,
  };
}
