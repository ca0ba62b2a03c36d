import { beforeAll, expect, test } from "vitest";
import { Device } from "./device.ts";
import { type Installation, install } from "./installation.ts";
import type { Replica } from "./replica.ts";
import { Socket } from "./socket.ts";

const user = "alice@demo.local";
const objects = 150_000;

/** Many objects of a user, as if they had been synced. */
const fill = `
  WITH next AS (UPDATE dexie_cloud.databases SET revision = revision + 1 WHERE id = 'zdemo' RETURNING revision),
  made AS (
    INSERT INTO dexie_cloud.objects (database_id, table_name, key, realm, value)
    SELECT 'zdemo', 'items', 'itm' || n, $1, json_build_object('id', 'itm' || n, 'realmId', $1::text, 'title', repeat('x', 150))
    FROM generate_series(1, $2::int) n RETURNING key)
  INSERT INTO dexie_cloud.changes (database_id, realm, table_name, key, revision)
  SELECT 'zdemo', $1, 'items', key, revision FROM made, next`;

let installation: Installation;
let before: Device;
beforeAll(async () => {
  installation = await install();
  before = await Device.of(installation.replica, user);
  await before.sync();
  await installation.postgres.query(fill, [user, objects]);
});

/** A server with less room for objects than those of the user take. */
const narrow = (): Promise<Replica> => installation.another({ NODE_OPTIONS: "--max-old-space-size=80" });

test("a first sync takes little more memory than its text", async () => {
  const device = await Device.of(await narrow(), user);
  await device.sync();
  expect(Object.keys(device.rows())).toHaveLength(objects);
});

test("so does what was missed, by request and by websocket", async () => {
  const replica = await narrow();
  const socket = await Socket.of(before, replica);
  const message = await socket.next();
  const muts = message.type === "changes" ? message.changes.flatMap((entry) => entry.muts) : [];
  expect(muts.flatMap(({ keys }) => keys)).toHaveLength(objects);
  socket.close();
  before.moveTo(replica);
  await before.sync();
  expect(Object.keys(before.rows())).toHaveLength(objects);
});
