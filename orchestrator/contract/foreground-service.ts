/** ServiceInfo.FOREGROUND_SERVICE_TYPE_* by bit (frameworks/base core/java/android/content/pm/ServiceInfo.java). */
export const FOREGROUND_SERVICE_TYPES: readonly (readonly [number, string])[] = [
  [0x1, 'dataSync'],
  [0x2, 'mediaPlayback'],
  [0x4, 'phoneCall'],
  [0x8, 'location'],
  [0x10, 'connectedDevice'],
  [0x20, 'mediaProjection'],
  [0x40, 'camera'],
  [0x80, 'microphone'],
  [0x100, 'health'],
  [0x200, 'remoteMessaging'],
  [0x400, 'systemExempted'],
  [0x800, 'shortService'],
  [0x1000, 'fileManagement'],
  [0x2000, 'mediaProcessing'],
  [0x40000000, 'specialUse'],
];
