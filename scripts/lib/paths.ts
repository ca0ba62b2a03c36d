import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout of the kit. */
export const root = resolve(import.meta.dirname, "../..");

/** Tools, images and downloads: is made again when it was deleted. A local node that runs does so from here. */
// As in the launcher, an empty variable counts as none.
export const cacheDir = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "dexie-cloud-kit");

/** What belongs to this checkout and must not be lost: Pulumi state of the demo, its keys and its passphrase. */
export const stateDir = join(root, ".kit");

/** The one local Kubernetes node of this machine, whichever checkout started it. */
export const machineDir = "/var/lib/dexie-cloud-kit";

/** A path as a person types it: at a question, and after `--flag=`, no shell has put the home folder in the place of its tilde. */
export const pathAsTyped = (typed: string): string => resolve(typed.replace(/^~(?=\/)/, homedir()));
