import { NodeClient } from "../../../clients/node-client.ts";
import { PageClient } from "../../../clients/page-client.ts";
import type { Row } from "../../../clients/protocol.ts";
import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";

/** Where the devices connect, and what they trust. */
export interface Place {
  readonly url: string;
  readonly caFile: string;
}

/** The demo user that all devices log in as. */
export const user = "alice@demo.local";

const table = "items";
const titles = {
  laptop: "Written on the laptop",
  phone: "Written on the phone",
  browser: "Written in the browser",
};

/** Two devices of one user, each the real dexie-cloud-addon in a process of its own. */
export class Devices {
  readonly #laptop: NodeClient;
  readonly #phone: NodeClient;
  readonly #place: Place;

  private constructor(laptop: NodeClient, phone: NodeClient, place: Place) {
    this.#laptop = laptop;
    this.#phone = phone;
    this.#place = place;
  }

  /** Starts both devices and logs them in. */
  static async start(place: Place): Promise<Devices> {
    return told(async () => {
      const laptop = await openDevice(place);
      try {
        return new Devices(laptop, await openDevice(place), place);
      } catch (error) {
        await laptop.close();
        throw error;
      }
    });
  }

  /** Lets each device write, and waits until the other one has it. Items of an earlier run are changed, not doubled. */
  async exchange(): Promise<void> {
    await told(async () => {
      const mark = new Date().toISOString();
      await write(this.#laptop, titles.laptop, mark);
      await waitForMark(this.#phone, titles.laptop, mark);
      await write(this.#phone, titles.phone, mark);
      await waitForMark(this.#laptop, titles.phone, mark);
      await Promise.all([this.#laptop.waitForPush(), this.#phone.waitForPush()]);
    });
  }

  /** Opens the to-do page in Chromium, which must show the items of the devices, and lets them see one of its own. */
  async exchangeWithPage(chromium: string): Promise<void> {
    await told(async () => {
      const page = await PageClient.open(this.#place.url, { chromium, authority: this.#place.caFile });
      try {
        await page.login(user);
        await Promise.all([titles.laptop, titles.phone].map((title) => page.waitForItem(title)));
        if (find(this.#laptop.list(table), titles.browser) === undefined) await page.add(titles.browser);
        await waitForTitle(this.#laptop, titles.browser);
        await waitForTitle(this.#phone, titles.browser);
      } finally {
        await page.close();
      }
    });
  }

  /** The items as the first device has them. */
  items(): readonly Row[] {
    return this.#laptop.list(table);
  }

  /** Waits until a device that was never here before gets as many items from the server. */
  async newDeviceSees(count: number, phase: Phase): Promise<void> {
    await told(async () => {
      const fresh = await openDevice(this.#place);
      try {
        phase.waitingFor(`a new device to get ${count} items`);
        await fresh.waitForRows(table, (rows) => rows.length >= count, `${count} items on a new device`);
      } finally {
        await fresh.close();
      }
    });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#laptop.close(), this.#phone.close()]);
  }
}

async function openDevice({ url, caFile }: Place): Promise<NodeClient> {
  const device = await NodeClient.open(`${new URL(url).origin}/zdemo`, { authority: caFile });
  try {
    await device.login({ demo: user });
    await device.waitForSocket();
    return device;
  } catch (error) {
    // Its process would keep the kit from ending.
    await device.close();
    throw error;
  }
}

const find = (rows: readonly Row[], title: string): Row | undefined =>
  rows.find((row) => row["title"] === title);

async function write(device: NodeClient, title: string, mark: string): Promise<void> {
  const present = find(device.list(table), title);
  if (present === undefined) await device.add(table, { title, done: false, created: new Date(), mark });
  else await device.update(table, String(present["id"]), { mark });
}

async function waitForMark(device: NodeClient, title: string, mark: string): Promise<void> {
  await device.waitForRows(
    table,
    (rows) => find(rows, title)?.["mark"] === mark,
    `"${title}", marked ${mark}`,
  );
}

async function waitForTitle(device: NodeClient, title: string): Promise<void> {
  await device.waitForRows(table, (rows) => find(rows, title) !== undefined, `"${title}"`);
}

/** A failure of a device as an error for people. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new KitError("failed", "the devices did not get in sync", {
      why: error instanceof Error ? error.message : String(error),
      next: "./kit status --stack demo && ./kit demo",
    });
  }
}
