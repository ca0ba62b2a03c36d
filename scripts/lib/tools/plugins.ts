import { findPlugins } from "../pulumi/plugins.ts";
import { findTool } from "./provide.ts";
import type { ToolState } from "./state.ts";
import type { Toolbox } from "./toolbox.ts";

/** The Pulumi plugins that the engine would run now, official or stand-in. */
export async function pluginStates(toolbox: Toolbox): Promise<ToolState[]> {
  const entry = toolbox.lock["pulumi"];
  const pulumi = entry && (await findTool("pulumi", entry, toolbox));
  if (pulumi === undefined) return [];
  return (await findPlugins(pulumi.path)).map(({ name, version, source, path }) => ({
    name,
    version,
    source: source === "official" ? "official" : "stand-in of the kit",
    state: "ready",
    path,
  }));
}
