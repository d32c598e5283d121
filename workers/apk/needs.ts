import type { ApkFacts, Needs } from '../../orchestrator/contract/apk.ts';

const PUSH_ACTIONS = ['com.google.firebase.MESSAGING_EVENT', 'com.google.android.c2dm.intent.RECEIVE'];
const PLAY_META_DATA = ['com.google.android.gms.version', 'com.google.android.gms.ads.APPLICATION_ID'];

/**
 * What a device must offer so that the app behaves there as it does on a person's phone. Play Services count where the
 * app takes pushes from them or links their client library: without them such an app is not silent but deaf.
 */
export function needsOf(facts: ApkFacts): Needs {
  const actions = facts.components.flatMap((component) => component.intentFilters.flatMap((filter) => filter.actions));
  const playServices =
    actions.some((action) => PUSH_ACTIONS.includes(action)) || PLAY_META_DATA.some((name) => name in facts.metaData);
  return {
    abis: facts.abis,
    minSdk: facts.minSdk,
    targetSdk: facts.targetSdk,
    playServices,
    features: [...new Set(facts.features.filter((feature) => feature.required).map((feature) => feature.name))].sort(),
  };
}
