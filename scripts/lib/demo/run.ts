import { readFile } from "node:fs/promises";
import { waitUntil } from "../backups/kubectl.ts";
import { restorePhases } from "../backups/restore.ts";
import { ask } from "../local/api.ts";
import { kubeconfigPath } from "../local/index.ts";
import { requirePreflight } from "../preflight/index.ts";
import { openWorkspace, up } from "../pulumi/index.ts";
import { say, type Phase, type Phases } from "../say.ts";
import { clusterOf } from "../stack/cluster.ts";
import { addressOf, type Address } from "../stack/deploy.ts";
import { localPhases, prepareLocal, type StackImages } from "../stack/local.ts";
import { createTrialStack } from "../stack/trial.ts";
import { presentTool, type ToolName } from "../tools/index.ts";
import { provideAll } from "../tools/provide-all.ts";
import { openToolbox } from "../tools/toolbox.ts";
import { Devices, type Place } from "./devices.ts";
import { demoStack, requireOwnStack } from "./own.ts";
import { loseAndRestore, proofPhases, proveRestore, restore, unfinishedRestore } from "./proof.ts";
import { proofState, readRecord } from "./record.ts";

const url = "https://localhost:30443";

/** How many phases a first run has. */
export const demoPhases = 2 + localPhases + 3 + proofPhases;

const tools: readonly ToolName[] = [
  ...(["pulumi", "kubernetes", "kubectl", "etcd", "coredns", "pause", "local-provisioner"] as const),
  ...(["network-policies", "helm", "age"] as const),
  ...(["containerd", "runc", "cni-plugins", "iptables", "conntrack"] as const),
];

/** Brings the demo up from nothing, or completes what an earlier run began. */
export async function runDemo(phases: Phases): Promise<Address> {
  await requireOwnStack();
  await phases.run("preflight", requirePreflight);
  await phases.run("tools", installTools);
  const images = await prepareLocal(phases);
  await phases.run(`stack ${demoStack}`, (phase) => makeStack(images, phase));
  const cluster = await clusterOf(demoStack, { kind: "local", kubeconfig: kubeconfigPath });
  const unfinished = await unfinishedRestore(cluster);
  if (unfinished !== undefined) {
    say("an earlier run was cut off between the loss and its proof: the restore is finished first");
    await restore(cluster, unfinished, phases);
  }
  const address = await phases.run("pulumi up", async (phase) => {
    const workspace = await openWorkspace(demoStack);
    await up(workspace, phase);
    return addressOf(workspace);
  });
  const devices = await phases.run("sync of two devices", (phase) => syncDevices(address, phase));
  try {
    const record = await readRecord(demoStack);
    const state = proofState(record, { ...images });
    if (state === "done") say(alreadyProven(record?.proven ?? ""));
    if (state === "to do") {
      if (unfinished !== undefined) phases.more(restorePhases);
      await loseAndRestore(cluster, devices, { ...images }, phases);
    }
    if (state !== "done") await proveRestore(cluster, devices, phases);
  } finally {
    await devices.stop();
  }
  return address;
}

async function installTools(phase: Phase): Promise<void> {
  phase.waitingFor("tools that are missing; a first run builds them");
  await provideAll(tools, { ...(await openToolbox()), report: (line) => phase.note(line) });
}

async function makeStack(images: StackImages, phase: Phase): Promise<void> {
  const home = await createTrialStack(demoStack, url, images);
  phase.note(`passphrase: ${home.passphraseFile}`);
  phase.note(`KEK:        ${home.kekFile}`);
  phase.note(`escrow:     ${home.escrowFiles.join(", ")}`);
}

async function syncDevices({ url: at, caFile }: Address, phase: Phase): Promise<Devices> {
  if (caFile === undefined) throw new Error("the demo's stack has no home");
  const place = { url: at, caFile };
  await untilAnswers(place, phase);
  const devices = await Devices.start(place);
  try {
    await devices.exchange();
    phase.note("two devices in Node, both ways");
    const chromium = await presentTool("chromium");
    if (chromium === undefined) phase.note("no Chromium here, so the page was not opened");
    else {
      await devices.exchangeWithPage(chromium);
      phase.note("the to-do page in Chromium, both ways");
    }
    return devices;
  } catch (error) {
    await devices.stop();
    throw error;
  }
}

/** A pod is ready a second before connections are led to it. */
async function untilAnswers({ url: at, caFile }: Place, phase: Phase): Promise<void> {
  const ca = await readFile(caFile);
  await waitUntil(phase, `${at} to answer`, () => ask({ server: at, ca }, "/ready"), 60);
}

const alreadyProven = (at: string): string =>
  [
    `backup, loss, restore and proof are not repeated: proven at ${at} with these images`,
    "  repeat it:  ./kit demo --destroy, then ./kit demo; or by hand: docs/runbooks/backup-and-restore.md",
  ].join("\n");
