import { beforeAll, expect, test } from "vitest";
import { Device, upsert } from "./device.ts";
import { type Installation, install } from "./installation.ts";
import { openLink, type Link } from "./silence.ts";
import { Socket } from "./socket.ts";
import type { Replica } from "./replica.ts";

let installation: Installation;
let link: Link;
beforeAll(async () => {
  installation = await install();
  link = await openLink(installation.postgres.port);
});

const behindLink = (): Promise<Replica> =>
  installation.another({ DEXIE_CLOUD: `postgres://postgres@127.0.0.1:${link.port}/postgres` });

const ready = async (replica: Replica) => (await fetch(`${replica.origin}/ready`)).status;

test("a database that falls silent is noticed, and its return too", async () => {
  const replica = await behindLink();
  const [writer, reader] = [
    await Device.of(installation.replica, "alice@demo.local"),
    await Device.of(replica, "alice@demo.local"),
  ];
  await reader.sync();
  link.fallSilent();
  expect(await ready(replica)).toBe(503);
  writer.write([upsert("itm-silence")]);
  await writer.sync();
  await replica.logged(({ msg }) => msg.startsWith("not hearing of changes"));
  link.recover();
  while ((await ready(replica)) !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
  const socket = await Socket.of(reader, replica);
  await socket.takeChanges(reader);
  expect(reader.row("itm-silence")).toBeDefined();
  socket.close();
});

test("a silent database does not keep the server from stopping", async () => {
  const replica = await behindLink();
  link.fallSilent();
  replica.signal("SIGINT");
  expect(await replica.ended()).toBe(0);
});
