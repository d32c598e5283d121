/** Frameworks by the files that they leave in an APK; an app can hold several. */
const FRAMEWORKS: readonly (readonly [name: string, path: RegExp])[] = [
  ['Flutter', /^(lib\/[^/]+\/libflutter\.so|assets\/flutter_assets\/)/],
  ['React Native', /^(assets\/index\.android\.bundle$|lib\/[^/]+\/libreactnative(jni)?\.so$)/],
  ['Hermes', /^lib\/[^/]+\/libhermes\.so$/],
  ['Unity', /^(lib\/[^/]+\/libunity\.so$|assets\/bin\/Data\/)/],
  ['Unreal Engine', /^lib\/[^/]+\/lib(UE4|Unreal)\.so$/],
  ['Godot', /^lib\/[^/]+\/libgodot_android\.so$/],
  ['Cocos', /^lib\/[^/]+\/libcocos(2d[a-z]*)?\.so$/],
  ['libGDX', /^lib\/[^/]+\/libgdx\.so$/],
  ['Cordova', /^assets\/www\/cordova\.js$/],
  ['Capacitor', /^assets\/capacitor\.config\.json$/],
  ['Xamarin', /^(lib\/[^/]+\/lib(monodroid|xamarin-app)\.so$|assemblies\/)/],
  ['NativeScript', /^lib\/[^/]+\/libNativeScript\.so$/],
  ['Titanium', /^lib\/[^/]+\/libkroll-v8\.so$/],
  ['Qt', /^lib\/[^/]+\/libQt\d+Core[^/]*\.so$/],
  ['Python', /^lib\/[^/]+\/libpython[\d.a-z]*\.so$/],
];
/** Files in which the code of such frameworks keeps its text. */
const TEXT_FILES =
  /^(assets\/index\.android\.bundle|lib\/[^/]+\/libapp\.so|assets\/www\/[^/]+\.js|assets\/capacitor\.config\.json)$/;

export function frameworksOf(paths: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith('lib/') && !path.startsWith('ass')) continue;
    for (const [name, pattern] of FRAMEWORKS) if (!found.has(name) && pattern.test(path)) found.add(name);
  }
  return [...found].sort();
}

/** Whether the hosts of an app may stand there rather than in dex files. */
export function holdsFrameworkText(path: string): boolean {
  return TEXT_FILES.test(path);
}
