/** The first version number in what a program prints about itself, such as 1.34.4 in "Client Version: v1.34.4". */
export function versionIn(output: string): string | undefined {
  return /(?<![\d.])v?(\d+(?:\.\d+)+)/.exec(output)?.[1];
}

/** Whether a version is of the same major line as `from` and not older. */
export function fits(version: string, from: string): boolean {
  const [have, want] = [numbers(version), numbers(from)];
  return have[0] === want[0] && compare(have, want) >= 0;
}

const numbers = (version: string): number[] => version.split(".").map(Number);

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
