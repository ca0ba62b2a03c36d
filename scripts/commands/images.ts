import Table from "cli-table3";
import { Argument, Command } from "commander";
import {
  buildImages,
  type ImageName,
  imageNames,
  type ImageState,
  imageStates,
  refreshImages,
} from "../lib/images/index.ts";
import { outputOption } from "../lib/options.ts";
import { jsonResult, Phases, result } from "../lib/say.ts";

interface ListOptions {
  readonly output: string;
}

interface BuildOptions {
  readonly refresh: boolean;
}

/** `kit images [build]` */
export function command(): Command {
  const images = new Command("images").addOption(outputOption).action(list);
  images
    .command("build")
    .description("make the images that are missing or whose recipe, tools or files changed")
    .addArgument(new Argument("[names...]", "which images; all when left out").choices(imageNames))
    .option("--refresh", "take the newest Debian packages of the release", false)
    .action(build);
  return images;
}

async function list({ output }: ListOptions): Promise<void> {
  const images = await imageStates();
  if (output === "json") jsonResult("images", { images });
  else result(table(images));
}

async function build(
  names: readonly ImageName[],
  { refresh }: BuildOptions,
  command: Command,
): Promise<void> {
  const wanted = names.length > 0 ? names : imageNames;
  const make = refresh ? refreshImages : buildImages;
  const images = await new Phases(1).run("images", (phase) => make(wanted, phase));
  const { output } = command.optsWithGlobals<ListOptions>();
  if (output === "json") jsonResult("images", { images: await imageStates(wanted) });
  else result(images.map(({ reference }) => reference).join("\n"));
}

function table(images: readonly ImageState[]): string {
  const rows = new Table({ head: ["image", "digest", "size", "state"], style: { head: [], border: [] } });
  rows.push(
    ...images.map(({ name, digest, size, state }) => [
      name,
      digest ?? "",
      size === undefined ? "" : megabytes(size),
      state,
    ]),
  );
  return rows.toString();
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
