const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** How long ago something was, in its largest unit: "12 s", "3 min", "5 h", "2 d". */
export function formatAge(then: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - then.getTime()) / 1000));
  const fitting = units.find(([, size]) => seconds >= size);
  if (fitting === undefined) return `${seconds} s`;
  const [unit, size] = fitting;
  return `${Math.floor(seconds / size)} ${unit}`;
}
