// The runbook of backup and restore, executed: every command for a stack, in its order, on the stack of the stories.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { $ } from "zx";
import { presentMoment } from "../../scripts/lib/demo/database.ts";
import { kubeconfigPath } from "../../scripts/lib/local/index.ts";
import { root } from "../../scripts/lib/paths.ts";
import { tool } from "../../scripts/lib/tools/index.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { cluster, databaseNamespace, serverNamespace, stack } from "./support/place.ts";
import { stackCommands } from "./support/runbook.ts";
import { useStack } from "./support/stack.ts";

explainFailuresIn(serverNamespace, databaseNamespace);
beforeAll(useStack);

const text = await readFile(join(root, "docs/runbooks/backup-and-restore.md"), "utf8");

describe("on the stack", () => {
  let moment: string;
  beforeAll(async () => (moment = await presentMoment(cluster)));

  it.each(stackCommands(text))("%s", async (script) => {
    const here = script
      .replaceAll("<stack>", stack)
      .replaceAll("2026-11-24T14:30:00+01:00", moment)
      .replace(/^\.\/kit restore(?!.*--into).*$/m, "$& --yes");
    const path = `${dirname(await tool("kubectl"))}:${process.env["PATH"] ?? ""}`;
    const env = { ...process.env, PATH: path, KIT_STACK: stack, KUBECONFIG: kubeconfigPath };
    const { exitCode, stdout, stderr } = await $({
      quiet: true,
      nothrow: true,
      cwd: root,
      env,
    })`bash -euc ${here}`;
    expect(exitCode, `${here}\n${stdout}\n${stderr}`).toBe(0);
  });
});
