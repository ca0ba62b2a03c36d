// A stack that is destroyed leaves nothing in the cluster, and its last backup on this machine.
import { rm, stat } from "node:fs/promises";
import { expect, it } from "vitest";
import { explainFailuresIn } from "./support/explain.ts";
import { kit, kubectl, tryKit } from "./support/kit.ts";
import { databaseNamespace, serverNamespace, stack } from "./support/place.ts";
import { changeSettings, forgetStack, useStack } from "./support/stack.ts";

explainFailuresIn(serverNamespace, databaseNamespace);

it("a protected stack is not destroyed", async () => {
  await useStack();
  await changeSettings({ protection: "true" });
  await kit("up", "--stack", stack, "--yes");
  const refused = await tryKit("destroy", "--stack", stack, "--yes");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("protection");
  await changeSettings({ protection: "false" });
  await kit("up", "--stack", stack, "--yes");
});

it("a dry run names what would go, and removes nothing", async () => {
  const said = await kit("destroy", "--stack", stack, "--dry-run");
  expect(said).toContain("volume data-postgres-0");
  expect(said).toMatch(/to delete/);
  expect(await kit("preview", "--stack", stack, "--output", "json")).toContain('"steps": []');
});

it("destroy leaves nothing in the cluster, and takes a last backup", async () => {
  const said = await kit("destroy", "--stack", stack, "--yes");
  const [, file = ""] = /last backup: (\S+),/.exec(said) ?? [];
  expect((await stat(file)).size).toBeGreaterThan(0);
  await rm(file);
  const namespaces = await kubectl("get", "namespaces", "--output", "name");
  expect(namespaces).not.toContain(`namespace/${serverNamespace}`);
  expect(namespaces).not.toContain(`namespace/${databaseNamespace}`);
  await forgetStack();
  expect((await kubectl("get", "persistentvolumes", "--output", "name")).split("\n")).not.toContainEqual(
    expect.stringContaining(databaseNamespace),
  );
});
