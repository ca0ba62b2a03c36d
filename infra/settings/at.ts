/** The text that stands at a path of a configuration that need not be right. */
export function textAt(input: unknown, ...path: readonly string[]): string | undefined {
  const found = path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    input,
  );
  return typeof found === "string" ? found : undefined;
}
