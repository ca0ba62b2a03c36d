import { KitError } from "../errors.ts";

/** Refuses anybody but root: the node's folders are closed to others, to whom nothing would seem to be there. */
export function requireRoot(user = process.getuid?.()): void {
  if (user === 0) return;
  throw new KitError("preflight", "the local node is root's alone", {
    why: `this runs as user ${user ?? "unknown"}, who can neither change the node nor see it`,
    next: "run the command with sudo",
  });
}
