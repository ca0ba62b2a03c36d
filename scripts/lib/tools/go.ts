import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GoBuild } from "./lock.ts";
import { run } from "./run.ts";
import { Unavailable } from "./unavailable.ts";

/**
 * Builds a tool from its module into the `bin` of `folder`. The module is copied first: Go may complete the module
 * file, and the checkout must stay as it is. A static executable without paths of this machine comes out. What Go
 * keeps of modules and builds goes into `kept`, unless the user has said where Go is to keep it.
 */
export async function buildWithGo(
  go: string,
  build: GoBuild,
  modules: string,
  kept: string,
  folder: string,
): Promise<void> {
  const source = join(folder, "source");
  await cp(join(modules, build.module), source, { recursive: true });
  const args = ["build", "-trimpath", ...build.flags, "-ldflags", `-s -w ${build.ldflags}`.trim()];
  const built = await run(go, [...args, "-o", `${join(folder, "bin")}/`, ...build.packages], {
    cwd: source,
    env: goEnvironment(process.env, kept, folder),
  });
  if (built.exitCode !== 0) throw new Unavailable(`go build said: ${lastLines(built.stderr)}`);
  await rm(source, { recursive: true });
}

/**
 * The variables of a build. Modules are kept writable, so that the cache can be deleted by anybody who owns it. What is
 * half built lies in `unfinished`, which goes also after a kill: /tmp is often memory, and too small for Kubernetes.
 */
export function goEnvironment(given: NodeJS.ProcessEnv, kept: string, unfinished: string): NodeJS.ProcessEnv {
  const modules = given["GOPATH"] ? {} : { GOMODCACHE: join(kept, "modules") };
  return {
    ...modules,
    GOCACHE: join(kept, "builds"),
    GOTMPDIR: unfinished,
    ...given,
    CGO_ENABLED: "0",
    GOTOOLCHAIN: "auto",
    GOFLAGS: "-buildvcs=false -modcacherw",
    GOWORK: "off",
  };
}

const lastLines = (text: string): string => text.trim().split("\n").slice(-12).join("\n");
