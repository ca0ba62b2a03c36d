import { z } from "zod";
import type { ServerChanges, WrittenChanges } from "../sync/pull.ts";
import { withList } from "../tson.ts";

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

interface ChangesMessage {
  readonly type: "changes";
  readonly baseRev: string;
  readonly newRev: string;
  readonly realmSetHash: string;
  readonly changes: ServerChanges;
}

export type ServerMessage =
  | ChangesMessage
  | { readonly type: "realms-changed"; readonly realmsHash: string }
  | { readonly type: "token-expired" }
  | { readonly type: "pong" };

/** A message as its JSON. */
export const writeMessage = (message: ServerMessage): Buffer => Buffer.from(JSON.stringify(message));

export const writeChanges = (head: Omit<ChangesMessage, "changes">, changes: WrittenChanges): Buffer =>
  Buffer.concat([...withList(head, "changes", changes)]);
