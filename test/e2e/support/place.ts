import { join } from "node:path";
import { kubeconfigPath, node } from "../../../scripts/lib/local/index.ts";
import { stateDir } from "../../../scripts/lib/paths.ts";
import { clusterOf } from "../../../scripts/lib/stack/cluster.ts";
import { stackHome } from "../../../scripts/lib/stack/home.ts";

/** The stack of the stories, and where it is reached. */
export const stack = "e2e";
export const url = "https://localhost:30553";
export const cluster = await clusterOf(stack, { kind: "local", kubeconfig: kubeconfigPath });
export const { serverNamespace, databaseNamespace } = cluster;
export const { caFile } = stackHome(stack);

/** Who may create databases, and where mails with one-time passwords go: to the story, on this machine. */
export const owner = "owner@example.com";
export const mailer = { host: node.address, port: 30_554 };

/** Where the stories keep files of their own. */
export const scratch = join(stateDir, "e2e");

/** The repository's folder: a file system of its own, so that a story can fill it. */
export const repository = { path: join(scratch, "repository"), bytes: 512 * 1024 * 1024 };
