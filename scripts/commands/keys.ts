import { Command } from "commander";
import { KitError } from "../lib/errors.ts";
import { keyStatus, keyText } from "../lib/keys/status.ts";
import { outputOption, stackOption } from "../lib/options.ts";
import { jsonResult, Phases, result } from "../lib/say.ts";
import { resolveCluster } from "../lib/stack/cluster.ts";

interface StatusOptions {
  readonly stack: string;
  readonly output: string;
}

/** `kit keys status` */
export function command(): Command {
  const keys = new Command("keys");
  keys
    .command("status")
    .description(
      "open the data key with the KEK and show for whom it is wrapped; exit 27 when it does not open",
    )
    .addOption(stackOption)
    .addOption(outputOption)
    .action(status);
  return keys;
}

async function status({ stack, output }: StatusOptions): Promise<void> {
  const cluster = await resolveCluster(stack);
  const found = await new Phases(1).run("open the data key", (phase) => keyStatus(cluster, phase));
  if (output === "json") jsonResult("keys-status", found);
  else result(keyText(found));
  if (found.missing.length === 0) return;
  throw new KitError("keyUnavailable", "the data key is not wrapped for everyone the settings name", {
    why: `${found.missing.join(", ")} cannot open the backups: put the former recipients back into Pulumi.${stack}.yaml (keys)`,
    next: `./kit up --stack ${stack}`,
  });
}
