import { createHash, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect } from "node:tls";
import { chromium, errors, type Browser, type LaunchOptions, type Page } from "playwright-core";

export interface PageOptions {
  /** Executable of Chromium. */
  readonly chromium: string;
  /** PEM file of the authority that signed the server's certificate, where the server speaks TLS. */
  readonly authority?: string;
}

/** The addon itself waits a minute after a sync that failed, and a busy machine lets a page wait for its disk. */
const patienceMs = 120_000;

/** How long a page may take to open its database: before that it does not ask who is there. */
const firstViewMs = 30_000;

/** A window of a real Chromium on the to-do page of the evaluation server. */
export class PageClient {
  readonly page: Page;
  readonly #browser: Browser;
  /** What the page wrote to its console, and which of its requests failed, for who must find out why a wait ended. */
  readonly #said: string[] = [];

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.setDefaultTimeout(patienceMs);
    page.on("console", (message) => this.#said.push(message.text()));
    page.on("pageerror", (error) => this.#said.push(String(error)));
    page.on("requestfailed", (request) =>
      this.#said.push(`${request.url()}: ${request.failure()?.errorText}`),
    );
  }

  /** Opens the page. The browser trusts the certificate that the authority signed, and no other one. */
  static async open(url: string, { chromium: executablePath, authority }: PageOptions): Promise<PageClient> {
    const trusted = authority === undefined ? [] : [await serverKeyHash(url, authority)];
    const launch = {
      executablePath,
      args: trusted.map((hash) => `--ignore-certificate-errors-spki-list=${hash}`),
      chromiumSandbox: process.getuid?.() !== 0,
    };
    try {
      return await PageClient.#start(url, launch, firstViewMs);
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
      // Now and then Chromium does not open a new IndexedDB on a busy machine, however long one waits; another one does.
      return PageClient.#start(url, launch, patienceMs);
    }
  }

  static async #start(url: string, launch: LaunchOptions, patience: number): Promise<PageClient> {
    const browser = await chromium.launch(launch);
    try {
      const client = new PageClient(browser, await (await browser.newContext()).newPage());
      await client.#explained(async () => {
        await visit(client.page, url);
        await client.page.locator("#welcome").waitFor({ timeout: patience });
      });
      return client;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Logs in as a demo user and waits until the list is in sync. */
  async login(user: string): Promise<void> {
    await this.page.locator(`[data-login="${user}"]`).click();
    await this.waitForState("in sync");
  }

  async waitForState(state: string): Promise<void> {
    await this.#explained(() => this.page.locator(`#state[data-state="${state}"]`).waitFor());
  }

  async add(title: string): Promise<void> {
    await this.page.locator("#title").fill(title);
    await this.page.locator("#form button").click();
  }

  async waitForItem(title: string): Promise<void> {
    await this.#explained(() => this.page.locator("#list li", { hasText: title }).first().waitFor());
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** Waits as people do, with a hand on the mouse: the addon opens a lost websocket again only when they move it. */
  async #explained(wait: () => Promise<void>): Promise<void> {
    let steps = 0;
    const hand = setInterval(() => void this.page.mouse.move(++steps % 100, 0).catch(() => undefined), 1000);
    try {
      await wait();
    } catch (error) {
      const problem = await this.page
        .locator("#problem")
        .textContent({ timeout: 1000 })
        .catch(() => "");
      const said = [problem, ...this.#said].filter(Boolean).join("\n");
      if (error instanceof Error) error.message += `\nThe page said: ${said || "nothing"}`;
      throw error;
    } finally {
      clearInterval(hand);
    }
  }
}

/** Opens a page, and again when Chromium drops it because a link of the machine came or went, such as a VPN. */
async function visit(page: Page, url: string, triesLeft = 5): Promise<void> {
  try {
    await page.goto(url);
  } catch (error) {
    if (triesLeft === 0 || !String(error).includes("net::ERR_NETWORK_CHANGED")) throw error;
    await visit(page, url, triesLeft - 1);
  }
}

/** The hash of the key of the server's certificate, when the authority signed it for that host. */
async function serverKeyHash(url: string, authority: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const ca = await readFile(authority);
  const certificate = await new Promise<X509Certificate>((found, failed) => {
    const socket = connect({ host: hostname, port: Number(port || 443), servername: hostname, ca });
    socket.once("error", failed);
    socket.once("secureConnect", () => {
      const peer = socket.getPeerX509Certificate();
      socket.destroy();
      if (peer) found(peer);
      else failed(new Error(`${url} showed no certificate`));
    });
  });
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
}
