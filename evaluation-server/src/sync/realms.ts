import { createHash } from "node:crypto";

/** Readable by everybody. */
export const publicRealm = "rlm-public";

/** The realms whose objects a user receives. Sharing needs access control, which this server does not have yet. */
export const realmsOf = (user: string | undefined): string[] =>
  user === undefined ? [publicRealm] : [user, publicRealm];

/** The digest by which client and server compare their lists of realms. */
export function realmSetHash(realms: readonly string[], inviteRealms: readonly string[] = []): string {
  const list = [
    ...realms.map((realmId) => ({ realmId, accepted: true })),
    ...inviteRealms.map((realmId) => ({ realmId, accepted: false })),
  ].sort((a, b) => (a.realmId < b.realmId ? -1 : a.realmId > b.realmId ? 1 : 0));
  return createHash("sha1").update(JSON.stringify(list)).digest("base64");
}
