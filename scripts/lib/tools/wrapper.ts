/**
 * A script that starts an executable of extracted packages: with their libraries, and with variables whose values are
 * paths below the packages' root. It finds the root from its own place, so the folder can be moved.
 */
export function wrapperScript(
  executable: string,
  libraries: readonly string[],
  environment: Readonly<Record<string, string>>,
): string {
  const below = (paths: readonly string[]) => paths.map((path) => `$root/${path}`).join(":");
  const variables = Object.entries(environment).map(
    ([name, value]) => `export ${name}="${below(value.split(":"))}"`,
  );
  const search = `export LD_LIBRARY_PATH="${below(libraries)}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`;
  return [
    "#!/bin/sh",
    'self=$(readlink -f -- "$0")',
    'root="${self%/*/*}/root"',
    ...(libraries.length > 0 ? [search] : []),
    ...variables,
    `exec "$root/${executable}" "$@"`,
    "",
  ].join("\n");
}
