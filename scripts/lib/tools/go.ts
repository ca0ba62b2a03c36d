import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GoBuild } from "./lock.ts";
import { runOk } from "./run.ts";

/**
 * Builds a tool from its module into the `bin` of `folder`. The module is copied first: Go may complete the module
 * file, and the checkout must stay as it is. A static executable without paths of this machine comes out.
 */
export async function buildWithGo(
  go: string,
  build: GoBuild,
  modules: string,
  folder: string,
): Promise<void> {
  const source = join(folder, "source");
  await cp(join(modules, build.module), source, { recursive: true });
  const args = ["build", "-trimpath", ...build.flags, "-ldflags", `-s -w ${build.ldflags}`.trim()];
  await runOk(go, [...args, "-o", `${join(folder, "bin")}/`, ...build.packages], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "auto", GOFLAGS: "-buildvcs=false", GOWORK: "off" },
  });
  await rm(source, { recursive: true });
}
