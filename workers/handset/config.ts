/** What the command line of the emulator decided. */
export interface HandsetConfig {
  readonly avdName: string;
  /** Even; adb's is this plus one unless `-ports` said otherwise. */
  readonly consolePort: number;
  readonly adbPort: number;
  readonly apiLevel: number;
  readonly clockRate: number;
  readonly seed: number;
  /** `-http-proxy`: the way out that proxy-aware apps are told about, or null. */
  readonly httpProxy: string | null;
}
