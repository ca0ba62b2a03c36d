import { readFile } from "node:fs/promises";
import { get } from "node:https";
import { waitUntil } from "../backups/kubectl.ts";
import type { Phase } from "../say.ts";
import type { Place } from "./devices.ts";

/** Waits until the server answers at its address: a pod is ready a second before connections are led to it. */
export async function untilAnswers({ url, caFile }: Place, phase: Phase): Promise<void> {
  const ca = await readFile(caFile);
  const isReady = async () => ((await statusOf(new URL("/ready", url), ca)) === 200 ? true : undefined);
  await waitUntil(phase, `${url} to answer`, isReady, 60);
}

function statusOf(url: URL, ca: Buffer): Promise<number | undefined> {
  return new Promise((told) => {
    const asked = get(url, { ca, agent: false, timeout: 5_000 }, (response) => {
      response.resume();
      told(response.statusCode);
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => told(undefined));
  });
}
