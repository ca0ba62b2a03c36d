import { findPlugins, officialInstead, standInsAmong, type Workspace } from "../pulumi/index.ts";
import { say } from "../say.ts";
import type { TargetSetting } from "./settings.ts";

/** Says when stand-ins of the kit are to work on a cluster of somebody's own. */
export async function tellStandIns(
  { pulumi }: Workspace,
  { kind }: Pick<TargetSetting, "kind">,
): Promise<void> {
  const standIns = standInsAmong(await findPlugins(pulumi));
  if (kind === "local" || standIns.length === 0) return;
  say(
    [
      `warning: the kit's own stand-ins run for ${standIns.map(({ name }) => name).join(", ")}`,
      `  for production: ${officialInstead(standIns)}`,
    ].join("\n"),
  );
}
