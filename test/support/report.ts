import type { Beat, Channel, Report } from '../../orchestrator/contract/report.ts';

/** A report as the judge writes one, small enough to read: a torch with a beacon, and its analytics in the foreground. */
const minute = 60_000;

function beat(atMs: number, upBytes: number, downBytes: number, line: number): Beat {
  const phase =
    atMs < 10 * minute ? 'foreground' : atMs < 25 * minute ? 'background' : atMs < 40 * minute ? 'locked' : 'doze';
  return { atMs, endMs: atMs + 300, phase, upBytes, downBytes, forced: false, lines: [line], afterPush: null };
}

function channel(over: Partial<Channel> & Pick<Channel, 'id' | 'destination' | 'beats' | 'explained'>): Channel {
  return {
    grouping: {
      by: 'destination',
      value: `${over.destination.host}:${over.destination.port}`,
      members: [{ host: over.destination.host, port: over.destination.port, beats: over.beats.length }],
    },
    role: null,
    owner: { kind: 'unknown', name: null, knownBy: 'no role lists this host' },
    protocols: ['https'],
    attribution: 'certain',
    sni: [over.destination.host],
    ja4: ['t13d1516h2_8daaf6152771_e5627efa2ab1'],
    phases: [{ phase: 'background', durationMs: 15 * minute, beats: 3, periodMs: 300_000, forced: 0 }],
    cadence: {
      kind: 'periodic',
      beats: over.beats.length,
      score: 3.1,
      structured: true,
      periodMs: 300_000,
      jitter: 0.02,
      missedRate: 0,
      coverage: 0.98,
      dutyCycle: 0.001,
      evidence: [{ name: 'S1', value: 3.1, threshold: 1, n: over.beats.length, because: 'intervals vary little' }],
      clutter: 0,
      cycle: null,
      periodsMs: [300_000],
      rita: 0.91,
    },
    subScores: [
      {
        name: 'interval-regularity',
        value: 0.98,
        measured: 'jitter 2 %',
        threshold: 'BeaconIntervalVarianceThreshold: jitter up to 50 %',
        because: '1 less the jitter.',
      },
      {
        name: 'size-homogeneity',
        value: null,
        measured: 'not measured',
        threshold: null,
        because: 'No sizes are known.',
      },
    ],
    bytes: {
      up: 4120,
      down: 3080,
      medianUp: 412,
      medianDown: 308,
      upSpread: 9,
      downSpread: 4,
      upDownRatio: 1.34,
    },
    expectation: {
      sentence: 'no background traffic',
      licences: [{ id: 'open', because: 'Ads only while open.', source: 'a source' }],
    },
    suspicion: over.explained === false ? 0.95 : 0.05,
    confidence: { low: 0.94, high: 0.99 },
    because: 'No licence of a torch covers it.',
    ...over,
  };
}

export function torchReport(over: Partial<Report> = {}): Report {
  const beacon = Array.from({ length: 10 }, (_, index) =>
    beat(10 * minute + index * 300_000 + (index % 3) * 2000, 403 + index * 2, 304 + (index % 4) * 2, 20 + index),
  );
  const analytics = Array.from({ length: 9 }, (_, index) =>
    beat(30_000 + index * minute, 1800 + index * 40, 250, 3 + index),
  );
  return {
    schema: 'sleeptalk-report-1',
    verdict: 'inconsistent',
    sentence:
      'Sends 412 ± 9 bytes to cdn.brightlamp.example:443 every 300 s (jitter 2 %) in background, while locked and in Doze; a torch has no use for that, no push preceded it, and it went on in Doze.',
    confidence: { low: 0.94, high: 0.99 },
    notice: "Simulated handset: the traffic below is scripted, the APK's own code did not run. Clock × 60.",
    sample: {
      sha256: '4f1c'.padEnd(64, '0'),
      files: [{ sha256: '4f1c'.padEnd(64, '0'), fileName: 'torch.apk', split: null }],
      package: 'org.example.torch',
      label: 'Bright Torch',
      versionCode: 7,
      versionName: '1.7',
      certificates: ['8be2'.padEnd(64, '1')],
      signers: ['8be2'.padEnd(64, '1')],
    },
    declaredFunction: {
      name: 'torch',
      title: 'Camera, torch',
      confidence: 0.93,
      evidence: [
        { fact: 'uses-feature camera.flash (required)', where: 'manifest', strength: 'feature', weight: 3 },
        { fact: 'label “Bright Torch”', where: 'application', strength: 'label', weight: 0.5 },
      ],
      also: [],
    },
    analytic: {
      id: 'AN1681',
      version: '1.1',
      release: '19.1',
      hash: '5a0e1bf136b1',
      technique: 'T1437.001',
      text: 'Defender observes an application establishing recurrent sessions.',
      notice: '(c) 2026 The MITRE Corporation.',
      BeaconIntervalVarianceThreshold: 0.5,
      PayloadSymmetryThreshold: 10,
      AppNetworkRoleBaseline: 'profiles/roles',
    },
    phases: [
      { phase: 'foreground', fromMs: 0, toMs: 10 * minute },
      { phase: 'background', fromMs: 10 * minute, toMs: 25 * minute },
      { phase: 'locked', fromMs: 25 * minute, toMs: 40 * minute },
      { phase: 'doze', fromMs: 40 * minute, toMs: 60 * minute },
    ],
    windowMs: 60 * minute,
    channels: [
      channel({
        id: 'c1',
        destination: { host: 'cdn.brightlamp.example', port: 443 },
        beats: beacon,
        explained: false,
      }),
      channel({
        id: 'c2',
        destination: { host: 'app-measurement.com', port: 443 },
        beats: analytics,
        explained: true,
        role: 'analytics',
        owner: { kind: 'sdk', name: 'Google', knownBy: 'host' },
      }),
    ],
    pushCoupling: {
      mode: 'simulated',
      pushes: [{ atMs: 30 * minute, messageId: '0:1', priority: 'high' }],
      coupled: 0,
      pValue: 1,
      medianLagMs: null,
      expectedByChance: null,
      window: null,
      lag: null,
      perChannel: [],
      sentence: 'One push was delivered; no session followed it.',
    },
    findings: [
      {
        id: 'f1',
        channel: 'c1',
        kind: 'structured-cadence-unlicensed',
        title: 'Structured cadence with no licence',
        sentence:
          '10 beats in 50 min, period 300 s, in background, locked and Doze; expected of a torch in these phases: none.',
        evidence: [{ file: 'capture.ndjson', lines: beacon.flatMap((one) => one.lines), text: '10 sessions' }],
      },
    ],
    baseline: null,
    gaps: [
      {
        kind: 'quic-refused',
        destination: null,
        fromMs: 0,
        toMs: 60 * minute,
        count: 2,
        sentence: 'Two QUIC attempts were refused.',
      },
    ],
    visibility: {
      sessions: 19,
      decryptedShare: 1,
      passedThroughShare: 0,
      unattributedShare: 0,
      quicRefused: 2,
      longestNaturalWindowMs: 50 * minute,
      slowestPeriodMs: 12 * minute,
      sentences: [],
    },
    benignExplanations: [
      { name: 'Push keep-alive', result: 'ruled-out', sentence: 'the traffic is the app’s own uid, on no FCM port' },
    ],
    playbook: [{ title: 'Preserve first', sentence: 'Keep sample, logs and snapshot.' }],
    questions: ['What is cdn.brightlamp.example for, and why every 300 s?'],
    coverage: { activitiesSeen: 1, activitiesDeclared: 2, screensSeen: 3, actions: 12, errors: [] },
    provenance: {
      run: 'run-1',
      startedAt: '2026-11-22T12:04:00.000Z',
      bundleDigest: null,
      profileDigest: 'ab'.repeat(32),
      profileOverrides: [],
      seed: 1,
      device: { kind: 'simulated', apiLevel: 34, clockRate: 60 },
      tools: { adb: '1.0.41' },
      captureDigest: null,
      skippedLines: 0,
      unreadBytes: 0,
    },
    engine: { name: 'sleeptalk', version: '0.1.0', tunables: { idleGapSeconds: 6 } },
    ...over,
  };
}
