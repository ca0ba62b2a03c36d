import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { PageClient } from "../../../clients/page-client.ts";
import { bundlePage, bundleServer } from "../../../evaluation-server/build.ts";
import { atEnd } from "../../../evaluation-server/test/cleanup.ts";
import { Device, remove, upsert } from "../../../evaluation-server/test/device.ts";
import { Postgres } from "../../../evaluation-server/test/postgres.ts";
import { initCloud, Replica } from "../../../evaluation-server/test/replica.ts";
import { presentTool } from "../../../scripts/lib/tools/index.ts";

const chromium = await presentTool("chromium");

describe.skipIf(chromium === undefined)("the to-do page in Chromium", () => {
  let replica: Replica;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "evaluation-server-bundle-"));
    atEnd(() => rm(folder, { recursive: true }));
    await bundleServer(folder);
    await bundlePage(join(folder, "public"));
    const postgres = await Postgres.start();
    await initCloud(postgres.url);
    replica = await Replica.start(postgres.url, {}, join(folder, "server.js"));
  });

  const open: PageClient[] = [];
  const faults: string[] = [];
  afterEach(async () => {
    faults.length = 0;
    await Promise.all(open.splice(0).map((page) => page.close()));
  });

  /** A window on the page, on a device of its own. */
  async function window(): Promise<PageClient> {
    const client = await PageClient.open(`${replica.origin}/`, { chromium: chromium ?? "" });
    open.push(client);
    client.page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    client.page.on("pageerror", (error) => faults.push(error.message));
    return client;
  }

  test("syncs what one device writes, ticks and deletes to the other", async () => {
    const [one, two] = [await window(), await window()];
    await Promise.all([one.login("alice@demo.local"), two.login("alice@demo.local")]);
    await one.add("Buy milk");
    await two.waitForItem("Buy milk");
    await two.page.getByLabel("Buy milk", { exact: true }).check();
    await one.page.locator("#list li.done", { hasText: "Buy milk" }).waitFor();
    await one.page.getByRole("button", { name: "Delete Buy milk" }).click();
    await two.page.locator("#empty").waitFor();
    expect(faults).toEqual([]);
  });

  test("follows in a second window of the same device", async () => {
    const one = await window();
    await one.login("alice@demo.local");
    const second = await one.page.context().newPage();
    await second.goto(replica.origin);
    await one.add("Seen twice");
    await second.locator("#list li", { hasText: "Seen twice" }).waitFor();
    expect(faults).toEqual([]);
  });

  test("shows items that another application wrote, which says less of them", async () => {
    const one = await window();
    await one.login("bob@demo.local");
    const other = await Device.of(replica, "bob@demo.local");
    other.write([upsert("itm-untitled"), upsert("itm-bare", { title: "Bare" })]);
    await other.sync();
    await one.waitForItem("Bare");
    expect(faults).toEqual([]);
    other.write([remove("itm-untitled"), remove("itm-bare")]);
    await other.sync();
  });

  test("keeps what is written offline and sends it later", async () => {
    const [one, two] = [await window(), await window()];
    await Promise.all([one.login("bob@demo.local"), two.login("bob@demo.local")]);
    const context = one.page.context();
    await context.setOffline(true);
    await one.waitForState("offline");
    await one.add("Written offline");
    await one.waitForItem("Written offline");
    await context.setOffline(false);
    await two.waitForItem("Written offline");
  });

  test("says that the server does not answer, and logs in once it does", async () => {
    const { page } = await window();
    const fresh = await page.context().browser()?.newPage();
    if (!fresh) throw new Error("The browser is gone");
    await fresh.route("**/sync", (route) => route.abort("connectionreset"), { times: 2 });
    await fresh.goto(replica.origin);
    const login = fresh.locator('[data-login="bob@demo.local"]');
    await login.click();
    await fresh.getByText("Login failed: the server does not answer").waitFor();
    await login.click();
    await fresh.locator('#state[data-state="in sync"]').waitFor();
  });

  test("keeps users apart and shows the other one's list after a new login", async () => {
    const one = await window();
    await one.login("alice@demo.local");
    await one.add("Of Alice");
    await one.waitForState("in sync");
    // In case that it was so before the item was sent.
    one.page.once("dialog", (dialog) => void dialog.accept());
    await one.page.locator("#logout").click();
    await one.page.locator("#welcome").waitFor();
    await one.login("bob@demo.local");
    expect(await one.page.locator("#list").textContent()).not.toContain("Of Alice");
  });

  test("asks before a logout loses what is not at the server yet", async () => {
    const [one, two] = [await window(), await window()];
    await Promise.all([one.login("alice@demo.local"), two.login("alice@demo.local")]);
    await one.page.context().setOffline(true);
    await one.add("Not sent yet");
    await one.waitForItem("Not sent yet");
    const logout = async (answer: "accept" | "dismiss") => {
      const asked = one.page.waitForEvent("dialog");
      const clicked = one.page.locator("#logout").click();
      await (await asked)[answer]();
      await clicked;
    };
    await logout("dismiss");
    expect(await one.page.locator("#list").textContent()).toContain("Not sent yet");
    await one.page.context().setOffline(false);
    await two.waitForItem("Not sent yet");

    await one.page.context().setOffline(true);
    await one.add("Given up");
    await one.waitForItem("Given up");
    await logout("accept");
    await one.page.locator("#welcome").waitFor();
    expect(faults.filter((fault) => !fault.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
  });

  test("says that it follows no more when nobody has touched it for long, and goes on with a hand on it", async () => {
    const one = await window();
    await one.page.clock.install();
    await one.login("bob@demo.local");
    await one.page.clock.fastForward("05:00");
    await one.page.clock.fastForward("00:30");
    await one.page.locator('#state[data-state="paused"]').waitFor();
    await one.waitForState("in sync");
  });

  test("asks nobody but its server and installs no service worker", async () => {
    const one = await window();
    const asked: string[] = [];
    one.page.on("request", (request) => asked.push(new URL(request.url()).origin));
    await one.page.reload();
    await one.login("alice@demo.local");
    expect([...new Set(asked)]).toEqual([replica.origin]);
    const workers = await one.page.evaluate(() => navigator.serviceWorker.getRegistrations());
    expect(workers).toHaveLength(0);
    expect(faults).toEqual([]);
  });
});
