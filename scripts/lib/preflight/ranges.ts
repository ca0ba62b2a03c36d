/** Whether two ranges of IPv4 addresses, such as 10.0.0.0/8, have an address in common. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  if (!a || !b) return false;
  const bits = Math.min(a.bits, b.bits);
  const size = 2 ** (32 - bits);
  return Math.floor(a.first / size) === Math.floor(b.first / size);
}

/** Whether two ranges are one and the same. An address by itself is a range of one. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  return a !== undefined && b !== undefined && a.first === b.first && a.bits === b.bits;
}

function parse(range: string): { readonly first: number; readonly bits: number } | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(range);
  if (!match) return undefined;
  const first = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  return { first, bits: Number(match[5] ?? 32) };
}
