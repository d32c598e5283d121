/**
 * Top-level domains under which a bare string counts as a host name. Those that are also file suffixes or words of
 * code (so, sh, md, py, name, app, …) are left out: in a URL any of them counts.
 */
const TOP_LEVEL = new Set(
  (
    'com net org io info biz cloud dev online site xyz top club shop tech store live pro ai tv co me us uk de fr it es ' +
    'nl be ch at pl cz se no fi dk ru ua cn jp kr in id vn th my sg hk tw au nz br mx ar cl za tr ir il eu mobi'
  ).split(' '),
);
/** First labels of Java packages and system properties, which look like host names read backwards. */
const PACKAGE_LIKE = new Set(
  (
    'com org net io de fr jp cn ru edu gov me co android androidx java javax jdk kotlin kotlinx dalvik sun os user file ' +
    'line path ro persist sys debug line vm google'
  ).split(' '),
);

/** Whether a whole string is a host name that somebody could ask a resolver for. */
export function isHostName(text: string): boolean {
  const labels = text.split('.');
  const top = labels.at(-1) ?? '';
  if (labels.length < 2 || !TOP_LEVEL.has(top) || PACKAGE_LIKE.has(labels[0] ?? '')) return false;
  return labels.every(isLabel) && (labels.at(-2)?.length ?? 0) > 1;
}

/** Whether what stands between `://` and the next `/` is a host: dotted, or an IPv4 address. */
export function isUrlHost(text: string): boolean {
  const labels = text.split('.');
  if (labels.length < 2 || !labels.every(isLabel)) return false;
  if (labels.every((label) => /^\d{1,3}$/.test(label))) {
    return labels.length === 4 && labels.every((label) => Number(label) < 256);
  }
  const top = labels.at(-1) ?? '';
  if (PACKAGE_LIKE.has(labels[0] ?? '') && !TOP_LEVEL.has(top)) return false; // `class://javax.xml.Transformer`
  return /^([a-z]{2,24}|xn--[a-z0-9-]{1,59})$/.test(top);
}

function isLabel(label: string): boolean {
  return label.length <= 63 && /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/.test(label);
}
