import { z } from "zod";
import type { ServerChanges } from "../sync/pull.ts";

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), rev: z.string().max(200), realmSetHash: z.string().max(100) }),
  z.object({ type: z.literal("ping") }),
]);

export type ClientMessage = z.output<typeof message>;

/** What a client says over its socket; undefined for anything it should not say. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  try {
    return message.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export type ServerMessage =
  | {
      readonly type: "changes";
      readonly baseRev: string;
      readonly newRev: string;
      readonly realmSetHash: string;
      readonly changes: ServerChanges;
    }
  | { readonly type: "realms-changed"; readonly realmsHash: string }
  | { readonly type: "token-expired" }
  | { readonly type: "pong" };
