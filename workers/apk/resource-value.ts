/** Res_value (frameworks/base ResourceTypes.h): a type byte, 32 bits of data, and the string where there is one. */
export interface ResourceValue {
  readonly type: number;
  readonly data: number;
  readonly text: string | null;
}

export const VALUE = {
  null: 0x00,
  reference: 0x01,
  string: 0x03,
  float: 0x04,
  dynamicReference: 0x07,
  firstInt: 0x10,
  boolean: 0x12,
  lastInt: 0x1f,
} as const;

export function isReference(value: ResourceValue): boolean {
  return value.type === VALUE.reference || value.type === VALUE.dynamicReference;
}

/** Strings as they are, integers in decimal, booleans as words; null for what has no text, such as dimensions. */
export function textOf(value: ResourceValue): string | null {
  if (value.type === VALUE.string) return value.text;
  if (value.type === VALUE.boolean) return value.data === 0 ? 'false' : 'true';
  if (value.type >= VALUE.firstInt && value.type <= VALUE.lastInt) return String(value.data | 0);
  if (value.type === VALUE.float) {
    const bits = new DataView(new ArrayBuffer(4));
    bits.setUint32(0, value.data);
    return String(bits.getFloat32(0));
  }
  return isReference(value) ? `@0x${value.data.toString(16).padStart(8, '0')}` : null;
}

/** Signed 32-bit; text of digits counts too, as TypedArray.getInt accepts it. */
export function intOf(value: ResourceValue): number | null {
  if (value.type >= VALUE.firstInt && value.type <= VALUE.lastInt) return value.data | 0;
  if (value.type === VALUE.string && value.text !== null && /^-?\d{1,10}$/.test(value.text)) return Number(value.text);
  return null;
}

export function boolOf(value: ResourceValue): boolean | null {
  if (value.type >= VALUE.firstInt && value.type <= VALUE.lastInt) return value.data !== 0;
  if (value.type !== VALUE.string) return null;
  return value.text === 'true' ? true : value.text === 'false' ? false : null;
}
