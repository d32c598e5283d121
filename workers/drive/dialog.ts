import type { Screen, Widget } from './screen.ts';

const PERMISSION_PACKAGES =
  /^(?:com\.android\.permissioncontroller|com\.google\.android\.permissioncontroller|com\.(?:google\.)?android\.packageinstaller)$/;

/** Resource ids of the system's permission dialog (AOSP packages/modules/Permission, grant_permissions.xml). */
const ALLOW = [
  'permission_allow_foreground_only_button',
  'permission_allow_button',
  'permission_allow_one_time_button',
];
const DENY = ['permission_deny_button', 'permission_deny_and_dont_ask_again_button'];

/** The button of a permission dialog that lies over the app, by the coin given; null where there is no such dialog. */
export function answerPermission(screen: Screen, allow: boolean): Widget | null {
  const buttons = screen.widgets.filter((widget) => PERMISSION_PACKAGES.test(widget.packageName) && widget.clickable);
  const preferred = allow ? [...ALLOW, ...DENY] : [...DENY, ...ALLOW];
  for (const name of preferred) {
    const button = buttons.find((widget) => widget.resourceId.endsWith(`:id/${name}`));
    if (button !== undefined) return button;
  }
  return null;
}

/** Synthetic data for a field, by what it asks for. Nobody's: the example domain of RFC 2606, a number of ITU fiction. */
export function syntheticText(field: Widget): string {
  const asked = `${field.hint} ${field.text} ${field.resourceId} ${field.description}`.toLowerCase();
  if (field.password || /passw|pin\b/.test(asked)) return 'Sleep-talk-1681';
  if (/mail/.test(asked)) return 'sam.sleeper@example.com';
  if (/phone|mobile|tel/.test(asked)) return '5550100';
  if (/zip|postal|post code/.test(asked)) return '12345';
  if (/name/.test(asked)) return 'Sam Sleeper';
  if (/city|place|location|town/.test(asked)) return 'Springfield';
  if (/url|site|server|address/.test(asked)) return 'example.com';
  if (/age|year|number|amount|code/.test(asked)) return '42';
  return 'hello';
}
