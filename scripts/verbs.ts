import type { Command } from "commander";

interface Verb {
  readonly description: string;
  readonly load: () => Promise<{ command: () => Command }>;
}

/** What `./kit` can do. A command's file is loaded only when it is called, so that `./kit --help` answers at once. */
export const verbs: Readonly<Record<string, Verb>> = {
  demo: {
    description: "from a bare machine to a syncing, backed-up, restored server; run it again at any time",
    load: () => import("./commands/demo.ts"),
  },
  init: {
    description: "write the settings of a stack; what it has already stays as it is",
    load: () => import("./commands/init.ts"),
  },
  preview: {
    description: "show what up would change, and change nothing",
    load: () => import("./commands/preview.ts"),
  },
  up: { description: "bring a stack to what its settings say", load: () => import("./commands/up.ts") },
  destroy: {
    description: "remove a stack with its data, after a last backup",
    load: () => import("./commands/destroy.ts"),
  },
  status: {
    description: "show how a stack stands; ends with an error when a part does not do its work",
    load: () => import("./commands/status.ts"),
  },
  backup: { description: "make and list encrypted backups", load: () => import("./commands/backup.ts") },
  restore: {
    description: "bring the database back to a moment, in its place or beside it",
    load: () => import("./commands/restore.ts"),
  },
  keys: { description: "show which keys protect the backups", load: () => import("./commands/keys.ts") },
  certificates: {
    description: "renew the certificates that the kit issued",
    load: () => import("./commands/certificates.ts"),
  },
  local: {
    description: "start, stop or look at the local node of this machine",
    load: () => import("./commands/local.ts"),
  },
  preflight: {
    description:
      "check whether this machine, or a cluster of your own, has what a stack needs; exit 20 when not",
    load: () => import("./commands/preflight.ts"),
  },
  images: {
    description: "list the images that the kit assembles, or build them",
    load: () => import("./commands/images.ts"),
  },
  tools: {
    description: "list the tools of the kit with version, source and state, or install them",
    load: () => import("./commands/tools.ts"),
  },
  test: { description: "run all tests, or some parts of them", load: () => import("./commands/test.ts") },
};

/** The command of a verb. */
export async function commandOf({ description, load }: Verb): Promise<Command> {
  const { command } = await load();
  return command().description(description);
}

/** What every command takes. `kit.ts` reads it before the command is loaded. */
export const noColor = {
  flags: "--no-color",
  description: "print without colours, as NO_COLOR=1 does",
} as const;
