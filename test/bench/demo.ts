import { Devices } from "../../scripts/lib/demo/devices.ts";
import { demoStack } from "../../scripts/lib/demo/own.ts";
import { openWorkspace } from "../../scripts/lib/pulumi/index.ts";
import { captureOk, configFlag } from "../../scripts/lib/pulumi/run.ts";
import { addressOf } from "../../scripts/lib/stack/deploy.ts";
import { presentTool } from "../../scripts/lib/tools/index.ts";
import { type Comparison, kit, median } from "./timing.ts";

/** A warm demo against the two things it does then: a plain `pulumi up`, and devices that sync. */
export async function benchDemo(): Promise<readonly Comparison[]> {
  const kitMs = await median(3, () => kit("demo"));
  const workspace = await openWorkspace(demoStack);
  const { url, caFile } = await addressOf(workspace);
  if (caFile === undefined) throw new Error("the demo is not up: run ./kit demo first");
  const chromium = await presentTool("chromium");
  const bareMs = await median(3, async () => {
    await captureOk(workspace, ["up", "--yes", "--skip-preview", ...configFlag(workspace)]);
    const devices = await Devices.start({ url, caFile });
    await devices.exchange();
    if (chromium !== undefined) await devices.exchangeWithPage(chromium);
    await devices.stop();
  });
  return [
    { what: "./kit demo, warm", kitMs, bareMs, bare: "pulumi up without changes, and the devices' sync" },
  ];
}
