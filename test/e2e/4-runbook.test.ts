// The runbook of backup and restore, executed: every command in it, in its order, on the stack of the stories.
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { $ } from "zx";
import { presentMoment } from "../../scripts/lib/demo/database.ts";
import { buildImages } from "../../scripts/lib/images/index.ts";
import { kubeconfigPath } from "../../scripts/lib/local/index.ts";
import { root } from "../../scripts/lib/paths.ts";
import { tool } from "../../scripts/lib/tools/index.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { kit } from "./support/kit.ts";
import { cluster, databaseNamespace, scratch, serverNamespace, stack } from "./support/place.ts";
import { runIn, unpack } from "./support/root-fs.ts";
import { otherScripts, stackCommands } from "./support/runbook.ts";
import { useStack } from "./support/stack.ts";

explainFailuresIn(serverNamespace, databaseNamespace);
beforeAll(useStack);

const text = await readFile(join(root, "docs/runbooks/backup-and-restore.md"), "utf8");

describe("on the stack", () => {
  let moment: string;
  beforeAll(async () => {
    // Of a new stack the first backup, which opens the window, may still be under way: this one waits for it.
    await kit("backup", "create", "--stack", stack);
    moment = await presentMoment(cluster);
  });

  it.each(stackCommands(text))("%s", async (script) => {
    const here = script
      .replaceAll("<stack>", stack)
      .replaceAll("2026-11-24T14:30:00+01:00", moment)
      .replace("repository.tar", join(scratch, "repository.tar"))
      .replace(/^\.\/kit (restore(?!.*--(into|dry-run))|restore.*--remove|up).*$/m, "$& --yes");
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

describe("by hand, without the cluster", () => {
  let machine: string;
  beforeAll(async () => {
    machine = await mkdtemp(join(tmpdir(), "kit-e2e-escrow-"));
    const [postgres] = await buildImages(["postgres"], {
      waitingFor: () => undefined,
      note: () => undefined,
    });
    if (!postgres) throw new Error("No image was built");
    await unpack(postgres, join(machine, "root"));
    // The kit's own settings of pgBackRest would hide what the runbook forgets.
    await rm(join(machine, "root/etc/pgbackrest"), { recursive: true, force: true });
  });
  afterAll(() => rm(machine, { recursive: true }));

  it("a copy of the repository becomes a database that answers", async () => {
    const work = join(machine, "root/work");
    await rm(work, { recursive: true, force: true });
    await mkdir(work);
    for (const file of ["repository.tar", "kek.txt", "escrow-1.txt"])
      await cp(join(scratch, file), join(work, file));
    await $({ quiet: true })`chown -R 999:999 ${work}`;
    const scripts = otherScripts(text);
    expect(scripts.length).toBeGreaterThan(0);
    const prepare = "cd /work && PATH=/usr/lib/postgresql/17/bin:/usr/bin:/bin";
    const end = "pg_ctl --pgdata pgdata --wait --mode fast stop >&2";
    const all = [prepare, ...scripts, end].join("\n");
    const bash = ["/usr/bin/bash", "-euo", "pipefail", "-c", all];
    const { exitCode, stdout, stderr } = await runIn(join(machine, "root"), 999, ...bash);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:/);
  });
});
