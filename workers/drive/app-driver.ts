/** What an explorer needs of an automation session: the seam between Appium and the walk through an app's screens. */
export interface AppDriver {
  /** The view tree as UiAutomator2 gives it (XML). */
  source(): Promise<string>;
  /** `package/activity` in front, or null where the device does not say. */
  activity(): Promise<string | null>;
  tap(x: number, y: number): Promise<void>;
  /** Puts text into the n-th editable field of the screen, from 0. */
  type(field: number, text: string): Promise<void>;
  back(): Promise<void>;
  /** Brings the app to the front. */
  activate(): Promise<void>;
}
