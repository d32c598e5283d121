import type { z } from 'zod';
import type { Behaviour } from '../../../orchestrator/contract/behaviour.ts';

export interface FilterDescription {
  readonly actions: readonly string[];
  readonly categories?: readonly string[];
  readonly schemes?: readonly string[];
  readonly hosts?: readonly string[];
  readonly mimeTypes?: readonly string[];
}

export interface ComponentDescription {
  readonly kind: 'activity' | 'activity-alias' | 'service' | 'receiver' | 'provider';
  /** As written in a manifest: `.Main`, `Main` or a full name. */
  readonly name: string;
  readonly exported?: boolean;
  readonly enabled?: boolean;
  readonly permission?: string;
  readonly process?: string;
  /** Names such as `location`. */
  readonly foregroundServiceTypes?: readonly string[];
  readonly targetActivity?: string;
  readonly intentFilters?: readonly FilterDescription[];
  readonly metaData?: Readonly<Record<string, string | number | boolean>>;
}

/** What an APK shall be. Everything but the package name has a default. */
export interface ApkDescription {
  readonly packageName: string;
  readonly versionCode?: number;
  readonly versionName?: string;
  /** Becomes a string resource; absent: no label at all. */
  readonly label?: string;
  /** The label in other languages, by two-letter code. */
  readonly labels?: Readonly<Record<string, string>>;
  /** From 24 on, since the signature is v2 only. */
  readonly minSdk?: number;
  readonly targetSdk?: number;
  readonly permissions?: readonly string[];
  readonly permissionsSdk23?: readonly string[];
  readonly features?: readonly { readonly name: string; readonly required?: boolean }[];
  /** Absent: one launcher activity, `.MainActivity`. */
  readonly components?: readonly ComponentDescription[];
  readonly instrumentations?: readonly { readonly name: string; readonly targetPackage: string }[];
  readonly category?:
    'game' | 'audio' | 'video' | 'image' | 'social' | 'news' | 'maps' | 'productivity' | 'accessibility';
  readonly isGame?: boolean;
  readonly metaData?: Readonly<Record<string, string | number | boolean>>;
  readonly debuggable?: boolean;
  readonly testOnly?: boolean;
  readonly sharedUserId?: string;
  readonly usesCleartextTraffic?: boolean;
  /** Hosts that a network security configuration pins, each to a SHA-256 in base64. */
  readonly pins?: Readonly<Record<string, string>>;
  /** ABIs for which a small native library is included. */
  readonly abis?: readonly string[];
  /** Name of the split that this file is; absent: the base. */
  readonly split?: string;
  readonly requiresSplits?: boolean;
  /** Written to assets/behaviour.json as it is. */
  readonly behaviour?: z.input<typeof Behaviour>;
  /** Further entries, or replacements of those that would be written. */
  readonly entries?: Readonly<Record<string, Buffer | string>>;
  /** Which of the public test keys signs. */
  readonly signer?: 1 | 2 | 'nobody';
  /** Deflate all but native libraries. Off by default, since zlib's output differs between builds of it. */
  readonly deflate?: boolean;
}

/** The activity that a home screen starts. */
export function launcher(name = '.MainActivity'): ComponentDescription {
  return {
    kind: 'activity',
    name,
    exported: true,
    intentFilters: [{ actions: ['android.intent.action.MAIN'], categories: ['android.intent.category.LAUNCHER'] }],
  };
}
