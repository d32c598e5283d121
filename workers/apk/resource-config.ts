import type { ByteView } from './bytes.ts';

/** Offsets in ResTable_config (frameworks/base ResourceTypes.h). */
const CONFIG = { mobileCountry: 4, language: 8, region: 10, rest: 12, script: 36, variant: 40 };
const MOST_BYTES = 64;

/** How general a configuration is: English first, then no locale, then others; any further qualifier costs one. */
export function preferenceOf(view: ByteView, at: number): number {
  const size = view.u32(at);
  const language = size >= 12 ? view.slice(at + CONFIG.language, 2).toString('latin1') : '\0\0';
  const region = size >= 12 ? view.slice(at + CONFIG.region, 2).toString('latin1') : '\0\0';
  let preference = 0;
  if (language === 'en') preference = region === 'US' ? 40 : region === '\0\0' ? 30 : -20;
  else if (language !== '\0\0') preference = -40;
  for (let next = CONFIG.rest; next + 4 <= Math.min(size, MOST_BYTES); next += 4) {
    if (view.u32(at + next) !== 0) preference -= 1;
  }
  if (size >= 8 && view.u32(at + CONFIG.mobileCountry) !== 0) preference -= 1;
  return preference;
}

/** BCP 47 tag such as `de`, `pt-BR`, `zh-Hant-TW`; null for the default. */
export function localeOf(view: ByteView, at: number): string | null {
  const size = view.u32(at);
  if (size < 12) return null;
  const language = unpackCode(view, at + CONFIG.language, 'a');
  if (language === '') return null;
  const region = unpackCode(view, at + CONFIG.region, '0');
  const script = size >= CONFIG.script + 4 ? plain(view, at + CONFIG.script, 4) : '';
  const variant = size >= CONFIG.variant + 8 ? plain(view, at + CONFIG.variant, 8) : '';
  return [language, script, region, variant].filter((part) => part !== '').join('-');
}

/** Two letters as they are, or three letters or digits in five bits each (ResTable_config::unpackLanguageOrRegion). */
function unpackCode(view: ByteView, at: number, base: 'a' | '0'): string {
  const first = view.u8(at);
  const second = view.u8(at + 1);
  if ((first & 0x80) === 0) return plain(view, at, 2);
  const letter = (bits: number): string => String.fromCharCode(base.charCodeAt(0) + bits);
  return safe(
    letter(second & 0x1f) + letter(((second & 0xe0) >> 5) | ((first & 0x03) << 3)) + letter((first & 0x7c) >> 2),
  );
}

function plain(view: ByteView, at: number, size: number): string {
  return safe(view.slice(at, size).toString('latin1').replace(/\0.*$/s, ''));
}

function safe(code: string): string {
  return /^[A-Za-z0-9]+$/.test(code) ? code : '';
}
