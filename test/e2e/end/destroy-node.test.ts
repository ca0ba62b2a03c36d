// The last story: whatever ran on the local node, nothing of it is left on this machine.
import { beforeEach, expect, it } from "vitest";
import { nodeStatus } from "../../../scripts/lib/local/index.ts";
import { kit, kubectl, tryKit } from "../support/kit.ts";
import { keptMachine, lookAtMachine, withoutEnded, type Machine } from "../support/machine.ts";

// A stack of a person, such as a demo that was there before the tests, is not theirs to destroy.
beforeEach(async ({ skip }) => {
  const stacks = await stacksOnNode();
  if (stacks.length > 0) skip(`the node holds ${stacks.join(", ")}`);
});

async function stacksOnNode(): Promise<string[]> {
  const { state } = await nodeStatus();
  if (state === "absent") return [];
  await kit("local", "start");
  const labelled = ["--selector", "app.kubernetes.io/part-of=dexie-cloud-kit", "--output", "name"];
  return (await kubectl("get", "namespaces", ...labelled)).split("\n").filter(Boolean);
}

it("destroy wants a confirmation, and leaves the machine as it was before", async () => {
  const before = (await keptMachine()) ?? (await withoutNode());
  await kit("local", "start");
  expect((await tryKit("local", "destroy")).exitCode).toBe(2);
  expect((await nodeStatus()).state).toBe("ready");
  expect(await kit("local", "destroy", "--yes")).toContain("Nothing of it is left");
  await expectAsBefore(before);
  expect((await nodeStatus()).state).toBe("absent");
});

it("destroy of nothing is fine", async () => {
  const before = await lookAtMachine();
  await kit("local", "destroy", "--yes");
  await expectAsBefore(before);
});

async function expectAsBefore(before: Machine): Promise<void> {
  const now = await lookAtMachine();
  expect(now).toEqual(withoutEnded(before, now));
}

/** How this machine is without the node, when nobody looked before its first start. */
async function withoutNode() {
  await kit("local", "destroy", "--yes");
  return lookAtMachine();
}
