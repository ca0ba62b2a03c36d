import { beforeAll, expect, test } from "vitest";
import { bodyLimit } from "../src/http/bodies.ts";
import { demoToken } from "./device.ts";
import { type Installation, install } from "./installation.ts";

let installation: Installation;
let alice: string;
let bob: string;
beforeAll(async () => {
  installation = await install();
  alice = await demoToken(installation.replica, "alice@demo.local");
  bob = await demoToken(installation.replica, "bob@demo.local");
});

const id = "0Q890hJBLcBG33LNky|KUj79";
const content = Buffer.from([0, 1, 2, 255]);

const headers = (token?: string): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

const put = (body: Buffer, token?: string, blob = id) =>
  fetch(`${installation.replica.origin}/zdemo/blob/${blob}?ct=application%2Foctet-stream`, {
    method: "PUT",
    body: new Uint8Array(body),
    headers: { "content-type": "application/octet-stream", ...headers(token) },
  });

const get = (ref: string, token?: string) =>
  fetch(`${installation.replica.origin}/zdemo/blob/${ref}`, { headers: headers(token) });

test("a blob comes back to its user, byte for byte, and to nobody else", async () => {
  const stored = await put(content, alice);
  expect(await stored.json()).toEqual({ ref: `1:${id}` });
  const found = await get(`1:${id}`, alice);
  expect(Buffer.from(await found.arrayBuffer())).toEqual(content);
  expect(found.headers.get("content-disposition")).toBe("attachment");
  expect((await get(`1:${id}`, bob)).status).toBe(404);
  expect((await get(`1:${id}`)).status).toBe(404);
});

test("a blob is kept although the database fails for a moment", async () => {
  await installation.postgres.failOnce("blobs");
  expect((await put(content, alice, "0Q890hJBLcBG33LNkyfailed")).status).toBe(200);
});

test("a blob can be sent again, but an id cannot be taken from another user", async () => {
  expect((await put(content, alice)).status).toBe(200);
  expect((await put(Buffer.from("mine"), bob)).status).toBe(403);
  expect(Buffer.from(await (await get(`1:${id}`, alice)).arrayBuffer())).toEqual(content);
});

test("a blob needs a token, a sound id and a size within the limit", async () => {
  expect((await put(content)).status).toBe(401);
  expect((await put(content, alice, "a.b.c.d.e.f.g")).status).toBe(400);
  expect((await put(Buffer.alloc(bodyLimit), alice)).status).toBe(200);
  for (const ref of ["2:other", "nonsense", `1:${id}%00`])
    expect((await get(ref, alice)).status, ref).toBe(404);
});
