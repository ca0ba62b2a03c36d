// Devices with the real client, the page in Chromium and the stock command line client, on a deployed stack.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { PageClient } from "../../clients/page-client.ts";
import type { Row } from "../../clients/protocol.ts";
import { type Mailbox, openMailbox } from "../../evaluation-server/test/mailbox.ts";
import { runCli } from "../../evaluation-server/test/stock-cli.ts";
import { tool } from "../../scripts/lib/tools/index.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { ask } from "./support/https.ts";
import { caFile, databaseNamespace, mailer, owner, serverNamespace, url } from "./support/place.ts";
import { bringUp, closeDevices, device } from "./support/stack.ts";

explainFailuresIn(serverNamespace, databaseNamespace);
closeDevices();
beforeAll(bringUp);

const has = (title: string) => (rows: readonly Row[]) => rows.some((row) => row["title"] === title);

describe("two devices in Node", () => {
  it("sync both ways", async () => {
    const [one, two] = [await device("alice@demo.local"), await device("alice@demo.local")];
    await one.add("items", { title: "from one", done: false, created: new Date() });
    await two.waitForRows("items", has("from one"), "the item of the first device");
    await two.add("items", { title: "from two", done: false, created: new Date() });
    await one.waitForRows("items", has("from two"), "the item of the second device");
  });

  it("merge what was edited offline after reconnecting", async () => {
    const [one, two] = [await device("alice@demo.local"), await device("alice@demo.local")];
    const key = await one.add("items", { title: "merged", done: false, created: new Date(), count: 0 });
    await two.waitForRows("items", has("merged"), "the item of the first device");
    await one.goOffline();
    await one.increment("items", key, "count", 2);
    await two.increment("items", key, "count", 3);
    await two.update("items", key, { done: true });
    await two.waitForPush();
    await one.goOnline();
    const isMerged = (rows: readonly Row[]) =>
      rows.some((row) => row["id"] === key && row["count"] === 5 && row["done"] === true);
    await one.waitForRows("items", isMerged, "all edits on the first device");
    await two.waitForRows("items", isMerged, "all edits on the second device");
  });
});

describe("the page in Chromium", () => {
  const pages: PageClient[] = [];
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()));
  });

  async function window(): Promise<PageClient> {
    const page = await PageClient.open(url, { chromium: await tool("chromium"), authority: caFile });
    pages.push(page);
    await page.login("bob@demo.local");
    return page;
  }

  it("syncs with a second window and with a device, both ways", async () => {
    const [one, two, node] = [await window(), await window(), await device("bob@demo.local")];
    await one.add("from a window");
    await two.waitForItem("from a window");
    await node.waitForRows("items", has("from a window"), "the item of the window");
    await node.add("items", { title: "from a device", done: false, created: new Date() });
    await one.waitForItem("from a device");
    await two.waitForItem("from a device");
  });

  it("sends what was written offline after reconnecting", async () => {
    const [one, two] = [await window(), await window()];
    await one.page.context().setOffline(true);
    await one.waitForState("offline");
    await one.add("written offline");
    await two.add("written meanwhile");
    await one.page.context().setOffline(false);
    await two.waitForItem("written offline");
    await one.waitForItem("written meanwhile");
  });
});

describe("the stock command line client", () => {
  let folder: string;
  let mailbox: Mailbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kit-e2e-cli-"));
    await writeFile(join(folder, "package.json"), "{}");
    mailbox = await openMailbox(mailer);
    return () => rm(folder, { recursive: true });
  });

  it("creates a database and whitelists an origin, which may then use it", async () => {
    const dialogue = {
      "Enter your email address": () => owner,
      "Enter OTP": async () => (await mailbox.take()).otp,
    };
    const cli = (...args: string[]) => runCli(args, { folder, authority: caFile, dialogue });
    expect((await cli("create", "--service", url)).said).toContain("Successfully created new database!");
    const text = await readFile(join(folder, "dexie-cloud.json"), "utf8");
    const { dbUrl } = JSON.parse(text) as { dbUrl: string };
    expect(dbUrl.startsWith(`${url}/z`)).toBe(true);
    const origin = "https://app.example.com";
    expect((await cli("whitelist", origin)).said).toContain("Added 1 origins");
    expect(await allowedOrigin(dbUrl, origin)).toBe(origin);
    expect(await allowedOrigin(dbUrl, "https://other.example.com")).toBeNull();
  });
});

/** What a browser is told when a page of an origin wants to sync. */
async function allowedOrigin(databaseUrl: string, origin: string): Promise<string | null> {
  const asked = { origin, "access-control-request-method": "POST" };
  const { headers } = await ask("OPTIONS", new URL(`${databaseUrl}/sync`).pathname, undefined, asked);
  return headers["access-control-allow-origin"] ?? null;
}
