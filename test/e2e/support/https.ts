import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { caFile, url } from "./place.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let agent: Agent | undefined;

/** Also authorities that clients trust beside the stack's own. */
export function trust(...authorities: readonly string[]): void {
  agent = new Agent({ keepAlive: true, maxSockets: 50, ca: [readFileSync(caFile, "utf8"), ...authorities] });
}

/** Asks the stack through its edge, once: nothing is tried again. */
export async function ask(
  method: string,
  path: string,
  body?: string,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  if (agent === undefined) trust();
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, url), { method, headers, ...(agent && { agent }) });
    asked.on("error", reject);
    asked.on("response", (response) => {
      const { statusCode = 0, headers: told } = response;
      text(response).then((content) => resolve({ status: statusCode, headers: told, body: content }), reject);
    });
    asked.end(body);
  });
}

/** The access token of a demo user. */
export async function demoToken(user: string): Promise<string> {
  const grant = { grant_type: "demo", demo_user: user, scopes: ["ACCESS_DB"] };
  const headers = { "content-type": "application/json" };
  const { status, body } = await ask("POST", "/zdemo/token", JSON.stringify(grant), headers);
  if (status !== 200) throw new Error(`no token: ${status} ${body}`);
  return (JSON.parse(body) as { accessToken: string }).accessToken;
}
