import { Command, Option } from "commander";
import { kubeconfigPath } from "../lib/local/index.ts";
import { newStackOption } from "../lib/options.ts";
import { pathAsTyped } from "../lib/paths.ts";
import { openWorkspace, ownStateSettings } from "../lib/pulumi/index.ts";
import { Phases, result } from "../lib/say.ts";
import type { InitOptions } from "../lib/stack/answers.ts";
import { completeOptions } from "../lib/stack/ask.ts";
import { createStack, type Created } from "../lib/stack/create.ts";
import { checkPresent, readStackFile, stackFile, type PresentSettings } from "../lib/stack/file.ts";
import type { StackHome } from "../lib/stack/home.ts";
import { recipientOf } from "../lib/stack/identities.ts";
import { localImages } from "../lib/stack/local.ts";
import { tellStandIns } from "../lib/stack/stand-ins.ts";
import type { Answers, TargetSetting } from "../lib/stack/settings.ts";

interface Options extends InitOptions {
  readonly stack: string;
}

type Complete = Options & { readonly target: "local" | "kubernetes" };

/** `kit init` */
export function command(): Command {
  return new Command("init")
    .addOption(newStackOption)
    .addOption(new Option("--target <kind>", "where it runs").choices(["local", "kubernetes"]))
    .option("--kubeconfig <file>", "kubernetes: the cluster's kubeconfig")
    .option("--context <name>", "kubernetes: context of the kubeconfig")
    .option(
      "--storage-class <name>",
      "kubernetes: StorageClass of all volumes; the cluster's default otherwise",
    )
    .option("--url <url>", "public address of the server")
    .option("--kek <file>", "file of your key-encryption key, an age identity")
    .option("--escrow <recipients...>", "age recipients held offline, two or more")
    .option("--server-image <reference>", "kubernetes: image of the server, by digest")
    .option("--postgres-image <reference>", "kubernetes: image of PostgreSQL, by digest")
    .option("--edge-image <reference>", "kubernetes: image of the edge, by digest")
    .action(init);
}

async function init(options: Options): Promise<void> {
  const { stack } = options;
  const file = await readStackFile(stack);
  const present = checkPresent(stack, file?.plain ?? {});
  const known = { target: present.target?.kind, settings: file?.names ?? [] };
  const complete = { ...options, ...(await completeOptions(stack, options, known)) };
  const answers = await answersOf(complete, present);
  const created = await new Phases(1).run(`settings of stack ${stack}`, () => createStack(stack, answers));
  await tellStandIns(await openWorkspace(stack), answers.target);
  result(summary(stack, created));
}

async function answersOf(told: Complete, present: PresentSettings): Promise<Answers> {
  const { url = "", kek = "", escrow = [] } = told;
  return {
    target: present.target ?? targetOf(told),
    url: present.server?.url ?? url,
    kek: present.keys?.age ?? (await kekOf(pathAsTyped(kek))),
    escrow: present.keys?.escrow ?? escrow,
    images: present.images ?? (await imagesOf(told)),
  };
}

const kekOf = async (identityFile: string): Promise<Answers["kek"]> => ({
  identityFile,
  recipient: await recipientOf(identityFile),
});

function targetOf({ target, kubeconfig = "", context = "", storageClass }: Complete): TargetSetting {
  if (target === "local") return { kind: "local", kubeconfig: kubeconfigPath };
  const cluster = { kind: "kubernetes", kubeconfig: pathAsTyped(kubeconfig), context } as const;
  return storageClass === undefined ? cluster : { ...cluster, storageClass };
}

async function imagesOf(told: Complete): Promise<Answers["images"]> {
  if (told.target === "local") return new Phases(1).run("images", localImages);
  const { serverImage = "", postgresImage = "", edgeImage = "" } = told;
  return { server: serverImage, postgres: postgresImage, edge: edgeImage };
}

function keptState({ stateFolder, passphraseFile }: StackHome): string {
  return [
    `state:      ${stateFolder}`,
    `passphrase: ${passphraseFile} (opens the secrets of the stack; keep a copy)`,
    "for plain Pulumi:",
    ...ownStateSettings(stateFolder, passphraseFile).map((setting) => `  export ${setting}`),
  ].join("\n");
}

function summary(stack: string, { written, home }: Created): string {
  const file = stackFile(stack);
  return [
    written.length > 0 ? `${file}: wrote ${written.join(", ")}` : `${file}: complete already`,
    home === undefined ? "state:      in your Pulumi backend" : keptState(home),
    `next:       ./kit preview --stack ${stack}`,
  ].join("\n");
}
