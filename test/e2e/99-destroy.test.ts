// The last story: whatever ran on the local node, nothing of it is left on this machine.
import { expect, it } from "vitest";
import { nodeStatus } from "../../scripts/lib/local/index.ts";
import { kit } from "./support/kit.ts";
import { keptMachine, lookAtMachine } from "./support/machine.ts";

it("destroy leaves the machine as it was before", async () => {
  const before = (await keptMachine()) ?? (await withoutNode());
  await kit("local", "start");
  expect(await kit("local", "destroy")).toContain("Nothing of it is left");
  expect(await lookAtMachine()).toEqual(before);
  expect((await nodeStatus()).state).toBe("absent");
});

it("destroy of nothing is fine", async () => {
  const before = await lookAtMachine();
  await kit("local", "destroy");
  expect(await lookAtMachine()).toEqual(before);
});

/** How this machine is without the node, when nobody looked before its first start. */
async function withoutNode() {
  await kit("local", "destroy");
  return lookAtMachine();
}
