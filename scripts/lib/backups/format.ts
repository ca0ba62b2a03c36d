const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes for people, such as "3.6 MiB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? "B"}`;
}
