// Restarts lose nothing, and a second `up` changes nothing but what somebody changed by hand.
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { NodeClient } from "../../clients/node-client.ts";
import { nodeStatus } from "../../scripts/lib/local/index.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { kit, kubectl } from "./support/kit.ts";
import { holdNode } from "./support/node-lock.ts";
import { databaseNamespace, serverNamespace, stack } from "./support/place.ts";
import { closeDevices, device, settled, useStack } from "./support/stack.ts";

explainFailuresIn(serverNamespace, databaseNamespace);
closeDevices();
holdNode();
beforeAll(useStack);

const user = "alice@demo.local";
const inServer = ["--namespace", serverNamespace];

const everything = async () => {
  await settled(databaseNamespace, "statefulset/postgres");
  await settled(serverNamespace, "deployment/server");
  await settled(serverNamespace, "deployment/edge");
};

describe("a restart loses nothing", () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      "of the server's pods",
      () => kubectl("delete", "pods", ...inServer, "--selector", "app.kubernetes.io/component=server"),
    ],
    [
      // Which stays for its open websockets as long as it may.
      "of the edge",
      () =>
        kubectl(
          ...["delete", "pods", ...inServer, "--selector", "app.kubernetes.io/name=edge"],
          ...["--grace-period", "3"],
        ),
    ],
    ["of the database's pod", () => kubectl("delete", "pod", "postgres-0", "--namespace", databaseNamespace)],
    [
      "of the whole node",
      async () => {
        await kit("local", "stop");
        expect((await nodeStatus()).state).toBe("stopped");
        await kit("local", "start");
      },
    ],
  ])("%s", async (what, restart) => {
    const one = await device(user);
    await one.add("items", { title: `before the restart ${what}`, done: false, created: new Date() });
    await one.waitForPush();
    const restarting = restart();
    const duringIt = await one.add("items", { title: `during it ${what}`, done: false, created: new Date() });
    await restarting;
    await everything();
    await pushed(one);
    const two = await device(user);
    const titles = await two.waitForRows(
      "items",
      (rows) => rows.some(({ id }) => id === duringIt),
      "what was written during the restart",
    );
    expect(titles.tables["items"]).toContainEqual(
      expect.objectContaining({ title: `before the restart ${what}` }),
    );
    await one.waitForSocket();
  });
});

/**
 * The client waits longer from failure to failure, so it is asked to try now, until the way to the pods that are ready
 * is open: the node hears of them a moment later.
 */
async function pushed(client: NodeClient): Promise<void> {
  await vi.waitFor(() => client.sync(), { timeout: 60_000, interval: 500 });
  await client.waitForPush();
}

describe("up", () => {
  const generations = () =>
    kubectl(
      ...["get", "deployments,statefulsets", "--all-namespaces", "--output"],
      'jsonpath={range .items[*]}{.metadata.name}={.metadata.uid}/{.metadata.generation}{"\\n"}{end}',
    );

  it("changes nothing the second time", async () => {
    const before = await generations();
    expect(await kit("up", "--stack", stack, "--yes")).toContain("was up to date");
    expect(await generations()).toBe(before);
  });

  it("puts back what was changed by hand", async () => {
    const replicas = () =>
      kubectl("get", "deployment/server", ...inServer, "--output", "jsonpath={.spec.replicas}");
    const before = await replicas();
    await kubectl("scale", "deployment/server", ...inServer, "--replicas", "1");
    await kubectl("delete", "networkpolicy", "edge", ...inServer);
    expect(await kit("up", "--refresh", "--stack", stack, "--yes")).toContain("is up");
    expect(await replicas()).toBe(before);
    await kubectl("get", "networkpolicy", "edge", ...inServer);
  });
});
