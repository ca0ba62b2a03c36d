import { $ } from "zx";
import type { Workspace } from "../../../scripts/lib/pulumi/index.ts";

/** A setting of a stack that is kept as JSON, a secret one too. */
export async function configOf<T>(
  { pulumi, env, project, stack, configFile }: Workspace,
  key: string,
): Promise<T> {
  const run = $({ quiet: true, env, cwd: project });
  const { stdout } =
    await run`${pulumi} config get ${key} --stack ${stack} --config-file ${configFile} --non-interactive`;
  return JSON.parse(stdout) as T;
}
