import { Command } from "commander";
import { webHost } from "../../infra/web-host.ts";
import { confirmYes } from "../lib/confirm.ts";
import { KitError } from "../lib/errors.ts";
import { stackOption, yesOption } from "../lib/options.ts";
import { openWorkspace, plan, readConfig, setConfig, up, type Workspace } from "../lib/pulumi/index.ts";
import { Phases, result } from "../lib/say.ts";
import { isIssuedByKit } from "../lib/stack/authority.ts";
import { makeCertificates, type Certificates } from "../lib/stack/certificates.ts";
import { resolveCluster } from "../lib/stack/cluster.ts";
import { addressOf, trustText } from "../lib/stack/deploy.ts";
import { readSettings } from "../lib/stack/file.ts";
import { planRenewal, type Renewal } from "../lib/stack/renewal.ts";
import { certificateSettings } from "../lib/stack/settings.ts";

interface Options {
  readonly stack: string;
  readonly yes?: true;
}

/** `kit certificates renew` */
export function command(): Command {
  const certificates = new Command("certificates");
  certificates
    .command("renew")
    .description(
      "make a new authority and new certificates, and bring them up; the edge's stays where it is one of your own",
    )
    .addOption(stackOption)
    .addOption(yesOption)
    .action(renew);
  return certificates;
}

async function renew({ stack, yes }: Options): Promise<void> {
  const { server } = await readSettings(stack);
  const { databaseNamespace } = await resolveCluster(stack);
  const workspace = await openWorkspace(stack);
  const phases = new Phases(1);
  const renewal = await phases.run("new certificates", async () => {
    const present = await readConfig<Certificates>(workspace, "certificates");
    if (!isIssuedByKit(present.postgres.certificate)) throw notTheKits(stack);
    const host = webHost(server.url);
    const made = await makeCertificates(stack, databaseNamespace, host);
    const planned = planRenewal(present, made, host, new Date());
    // Settings with a certificate that has ended, or is for another host, are refused: they cannot be compared with what runs.
    if (!planned.presentIsRefused) await requireUpToDate(workspace);
    return planned;
  });
  if (!yes) {
    await confirmYes({
      warning: warningOf(stack, renewal),
      what: "the renewal",
    });
  }
  phases.more(renewal.steps.length);
  await bringUp(workspace, renewal, phases);
  result(summary(stack, renewal, trustText(stack, await addressOf(workspace))));
}

function warningOf(stack: string, { steps, presentIsRefused }: Renewal): string {
  const restarts = `The database of stack ${stack} will restart ${steps.length > 1 ? "twice" : "once"}, and its server and edge pods are replaced.`;
  const others = "Whatever else is new in its settings comes up with it.";
  return presentIsRefused ? `${restarts}\n${others}` : restarts;
}

/** What else is to change would come up half-way through, and nobody has looked at it. */
async function requireUpToDate(workspace: Workspace): Promise<void> {
  const { hasChanges } = await plan(workspace);
  if (!hasChanges) return;
  throw new KitError("usage", `stack ${workspace.stack} has changes that are not up yet`, {
    why: "a renewal brings up the new certificates and nothing else",
    next: `./kit up --stack ${workspace.stack}`,
  });
}

async function bringUp(workspace: Workspace, { steps }: Renewal, phases: Phases): Promise<void> {
  const titles = ["trust the new authority", "use the new certificates"].slice(-steps.length);
  for (const [at, step] of steps.entries()) {
    await phases.run(titles[at] ?? "", async (phase) => {
      await setConfig(workspace, { certificates: certificateSettings(step) }, { secret: true });
      await up(workspace, phase);
    });
  }
}

function summary(stack: string, { until, ownEdgeUntil }: Renewal, trust: string): string {
  return [
    `the certificates of stack ${stack} are new and end on ${day(until)}`,
    ownEdgeUntil === undefined
      ? `trust: ${trust}`
      : `edge:  your own certificate stays; it ends on ${day(ownEdgeUntil)}`,
    `next:  ./kit status --stack ${stack}`,
  ].join("\n");
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

const notTheKits = (stack: string): KitError =>
  new KitError("usage", `the certificates of stack ${stack} are your own`, {
    why: "the kit renews those that it issued",
    next: `pulumi config set certificates --secret --stack ${stack} < certificates.json && ./kit up --stack ${stack}`,
  });
