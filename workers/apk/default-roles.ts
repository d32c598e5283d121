import type { Component, IntentFilter } from '../../orchestrator/contract/apk.ts';

/**
 * Default-app roles for which the components qualify, by the demands of the platform's own table (PermissionController
 * res/xml/roles.xml). A role is asked of the user; to qualify for it is a declaration of what the app is for.
 */
export function heldRoles(components: readonly Component[]): string[] {
  const enabled = components.filter((component) => component.enabled);
  return ROLES.filter(({ needs }) => needs.every((need) => enabled.some((component) => fulfils(component, need)))).map(
    ({ role }) => role,
  );
}

interface Need {
  readonly kind: 'activity' | 'service' | 'receiver';
  readonly permission?: string;
  readonly action?: string;
  readonly category?: string;
  /** At least one of these schemes. */
  readonly schemes?: readonly string[];
  /** Bound to no host: for every address of the scheme. */
  readonly anyHost?: boolean;
}

const PERMISSION = 'android.permission.';
const TELEPHONY = 'android.provider.Telephony.';
const INTENT = 'android.intent.';

const ROLES: readonly { readonly role: string; readonly needs: readonly Need[] }[] = [
  {
    role: 'browser',
    needs: [
      {
        kind: 'activity',
        action: `${INTENT}action.VIEW`,
        category: `${INTENT}category.BROWSABLE`,
        schemes: ['http', 'https'],
        anyHost: true,
      },
    ],
  },
  {
    role: 'dialer',
    needs: [
      { kind: 'activity', action: `${INTENT}action.DIAL` },
      { kind: 'activity', action: `${INTENT}action.DIAL`, schemes: ['tel'] },
    ],
  },
  {
    role: 'sms',
    needs: [
      { kind: 'receiver', permission: `${PERMISSION}BROADCAST_SMS`, action: `${TELEPHONY}SMS_DELIVER` },
      { kind: 'receiver', permission: `${PERMISSION}BROADCAST_WAP_PUSH`, action: `${TELEPHONY}WAP_PUSH_DELIVER` },
      {
        kind: 'service',
        permission: `${PERMISSION}SEND_RESPOND_VIA_MESSAGE`,
        action: `${INTENT}action.RESPOND_VIA_MESSAGE`,
      },
      { kind: 'activity', action: `${INTENT}action.SENDTO`, schemes: ['sms', 'smsto'] },
    ],
  },
  { role: 'home', needs: [{ kind: 'activity', action: `${INTENT}action.MAIN`, category: `${INTENT}category.HOME` }] },
  { role: 'emergency', needs: [{ kind: 'activity', action: 'android.telephony.action.EMERGENCY_ASSISTANCE' }] },
  { role: 'notes', needs: [{ kind: 'activity', action: `${INTENT}action.CREATE_NOTE` }] },
  { role: 'assistant', needs: [{ kind: 'service', permission: `${PERMISSION}BIND_VOICE_INTERACTION` }] },
  { role: 'call-screening', needs: [{ kind: 'service', permission: `${PERMISSION}BIND_SCREENING_SERVICE` }] },
  { role: 'call-redirection', needs: [{ kind: 'service', permission: `${PERMISSION}BIND_CALL_REDIRECTION_SERVICE` }] },
  {
    role: 'wallet',
    needs: [
      {
        kind: 'service',
        permission: `${PERMISSION}BIND_NFC_SERVICE`,
        action: 'android.nfc.cardemulation.action.HOST_APDU_SERVICE',
      },
    ],
  },
];

function fulfils(component: Component, need: Need): boolean {
  const kind = component.kind === 'activity-alias' ? 'activity' : component.kind;
  if (kind !== need.kind) return false;
  if (need.permission !== undefined && component.permission !== need.permission) return false;
  const { action } = need;
  return action === undefined || component.intentFilters.some((filter) => answers(filter, action, need));
}

function answers(filter: IntentFilter, action: string, need: Need): boolean {
  if (!filter.actions.includes(action)) return false;
  if (need.category !== undefined && !filter.categories.includes(need.category)) return false;
  if (need.schemes !== undefined && !need.schemes.some((scheme) => filter.schemes.includes(scheme))) return false;
  return need.anyHost !== true || (filter.hosts.length === 0 && filter.mimeTypes.length === 0);
}
