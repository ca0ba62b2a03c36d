import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { bodyLimit } from "../src/http/bodies.ts";
import { demoToken, Device, post, upsert } from "./device.ts";
import { type Installation, install } from "./installation.ts";
import type { Replica } from "./replica.ts";

let installation: Installation;
let replica: Replica;
let token: string;
beforeAll(async () => {
  installation = await install();
  ({ replica } = installation);
  token = await demoToken(replica, "alice@demo.local");
});

const at = (path: string) => `${replica.origin}${path}`;
const sync = (body: unknown, headers = {}) =>
  post(at("/zdemo/sync"), body, { authorization: `Bearer ${token}`, ...headers });
const valid = { clientIdentity: "device", schema: {}, changes: [] };

describe("malformed input", () => {
  const word = "CONFIDENTIAL";
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  test.each<[string, unknown]>([
    ["no JSON", `{"${word}`],
    ["nothing", ""],
    ["a list", [word]],
    ["no client", { ...valid, clientIdentity: undefined, [word]: 1 }],
    ["changes of another kind", { ...valid, changes: word }],
    ["an unknown operation", { ...valid, changes: [{ table: "items", muts: [{ type: word, keys: [] }] }] }],
    ["a table that cannot be", { ...valid, changes: [{ table: `${word}\0`, muts: [] }] }],
    ["a polluted prototype", `{"clientIdentity":"d","schema":{},"changes":[],"__proto__":{"${word}":1}}`],
    ["values too deep", `{"clientIdentity":"d","schema":{"${word}":${nested(50_000)}},"changes":[]}`],
  ])("is answered with 400 and logged without its content: %s", async (_what, body) => {
    const before = replica.lines.length;
    const response = await sync(body);
    expect(response.status).toBe(400);
    await replica.logged(({ msg }, index) => index >= before && msg === "malformed request");
    expect(await response.text()).not.toContain(word);
    expect(replica.log).not.toContain(word);
  });

  test("in deep values of an object is refused as well", async () => {
    const value = `{"id":"k","deep":${nested(50_000)}}`;
    const muts = `[{"type":"upsert","keys":["k"],"values":[${value}],"txid":"t"}]`;
    const body = `{"clientIdentity":"d","schema":{},"changes":[{"table":"items","muts":${muts}}]}`;
    expect((await sync(body)).status).toBe(400);
  });

  test.each<[string, BodyInit, Record<string, string>, number]>([
    ["no gzip", "no gzip", { "content-encoding": "gzip" }, 400],
    ["another packing", "x", { "content-encoding": "br" }, 415],
    ["another type", "x", { "content-type": "application/xml" }, 415],
  ])("in its packing: %s", async (_what, body, headers, status) => {
    const response = await fetch(at("/zdemo/sync"), {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    expect(response.status).toBe(status);
  });

  test.each(["{}", '{"grant_type":"other"}', '{"grant_type":"demo"}', '{"grant_type":"otp"}', "nonsense"])(
    "of /token: %s",
    async (body) => {
      expect((await post(at("/zdemo/token"), body)).status).toBe(400);
    },
  );
});

describe("bodies", () => {
  const statusOf = (body: Buffer, headers: Record<string, string | number>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(at("/zdemo/sync"), {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
      });
      request.on("response", (response) => resolve(response.resume().statusCode));
      request.on("error", reject);
      request.end(body);
    });

  test("above the limit get 413, packed or not, announced or not", async () => {
    const large = Buffer.alloc(bodyLimit + 1, " ");
    expect(await statusOf(large, { "content-length": large.length })).toBe(413);
    expect(await statusOf(large, { "transfer-encoding": "chunked" })).toBe(413);
    expect(await statusOf(gzipSync(large), { "content-encoding": "gzip" })).toBe(413);
  });

  test("of too many values get 413, as do large ones where there are none of users", async () => {
    const values = `{"clientIdentity":"d","changes":[],"schema":{"a":[${"{},".repeat(500_000)}1]}}`;
    expect((await sync(values)).status).toBe(413);
    const scopes = Array.from({ length: 20_000 }, () => "ACCESS_DB");
    const grant = { grant_type: "demo", demo_user: "alice@demo.local", scopes };
    expect((await post(at("/zdemo/token"), grant)).status).toBe(413);
  });

  test("above the limit are read to their end, so that the answer reaches who sends first and reads then", async () => {
    const before = replica.lines.length;
    const socket = connect({ host: "localhost", port: Number(new URL(replica.origin).port) }).pause();
    const header = `POST /zdemo/sync HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
    socket.write(`${header}Content-Length: ${bodyLimit + 1}\r\n\r\n`);
    await replica.logged(({ status }, index) => index >= before && status === 413);
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject).write(Buffer.alloc(bodyLimit + 1, " "), () => resolve());
    });
    const [answer] = (await once(socket.resume(), "data")) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("that break off are the client's affair, not an outage of the database", async () => {
    const before = replica.lines.length;
    const socket = connect({ host: "localhost", port: Number(new URL(replica.origin).port) });
    const header = `POST /zdemo/sync HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
    socket.write(`${header}Content-Length: ${bodyLimit}\r\n\r\n`);
    // So much is sent only while it is read.
    await new Promise((resolve) => socket.write(Buffer.alloc(bodyLimit - 1, " "), resolve));
    socket.resetAndDestroy();
    const told = await replica.logged(
      ({ level, msg }, index) => index >= before && (level > 30 || msg === "malformed request"),
    );
    expect(told.msg).toBe("malformed request");
  });

  test("packed with gzip are unpacked", async () => {
    const response = await fetch(at("/zdemo/sync"), {
      method: "POST",
      headers: { "content-type": "application/tson", "content-encoding": "gzip" },
      body: gzipSync(JSON.stringify(valid)),
    });
    expect(response.status).toBe(200);
  });

  test("may come to an address with too many slashes", async () => {
    expect((await post(at("//zdemo//sync"), valid)).status).toBe(200);
  });
});

describe("what the server does not have", () => {
  test.each([
    ["GET", "/all/items", "REST API"],
    ["POST", "/my/items", "REST API"],
    ["GET", "/public/items/x", "REST API"],
    ["GET", "/users", "REST API"],
    ["GET", "/oauth/login/google", "login by OAuth"],
    ["POST", "/y/download", "Y.js documents"],
    ["POST", "/import", "import"],
    ["POST", "/import/stream", "import"],
    ["GET", "/export/stream", "export"],
    ["GET", "/templates/pull", "mail templates"],
    ["POST", "/clients/add", "management of API clients"],
    ["POST", "/clear-table", "maintenance"],
    ["POST", "/delete-db", "maintenance"],
  ])("is told by 501: %s %s", async (method, path, missing) => {
    const response = await fetch(at(`/zdemo${path}`), { method });
    expect(response.status).toBe(501);
    expect(await response.json()).toEqual({ error: "not implemented", missing });
  });

  test("in a request is told too", async () => {
    const documents = await sync({ ...valid, schema: { docs: { yProps: ["text"] } } });
    expect(await documents.json()).toMatchObject({ missing: "Y.js documents (yProps)" });
    const oauth = await post(at("/zdemo/token"), { grant_type: "authorization_code", code: "x" });
    expect(await oauth.json()).toMatchObject({ missing: "login by OAuth" });
    const impersonation = { grant_type: "otp", email: "owner@example.com as a@example.com" };
    expect((await post(at("/zdemo/token"), impersonation)).status).toBe(501);
  });

  test("is different from what nobody has", async () => {
    expect((await fetch(at("/zdemo/nothing"))).status).toBe(404);
    expect((await post(at("/znone/sync"), valid)).status).toBe(404);
    expect((await post(at("/Not-A-Database/sync"), valid)).status).toBe(404);
  });
});

describe("pages of other origins", () => {
  const preflight = (origin: string, path = "/zdemo/sync") =>
    fetch(at(path), {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
  const allowed = (response: Response) => response.headers.get("access-control-allow-origin");

  test("may use a database when they are on its white list, and only then", async () => {
    const origin = "https://app.example.com";
    expect(allowed(await preflight(origin))).toBeNull();
    await installation.postgres.query("INSERT INTO dexie_cloud.origins VALUES ('zdemo', $1)", [origin]);
    const response = await preflight(origin);
    expect(response.ok).toBe(true);
    expect(allowed(response)).toBe(origin);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(allowed(await preflight(origin, "/zother/sync"))).toBeNull();
    expect(allowed(await preflight("https://app.example.com.evil.net"))).toBeNull();
    expect(allowed(await preflight("null"))).toBeNull();
    const actual = await sync(valid, { origin });
    expect(allowed(actual)).toBe(origin);
    expect(actual.headers.get("access-control-expose-headers")).toContain("Ratelimit-Remaining");
  });

  test("include the server's own", async () => {
    expect(allowed(await preflight(replica.origin))).toBe(replica.origin);
  });
});

describe("health", () => {
  test("says what the server is not", async () => {
    const health = (await (await fetch(at("/health"))).json()) as { about: string };
    expect(health.about).toContain("not the vendor's");
    expect((await fetch(at("/ready"))).status).toBe(200);
  });
});

test("the log has no addresses, paths or content of clients", async () => {
  const before = replica.lines.length;
  const device = await Device.of(replica, "bob@demo.local");
  device.write([upsert("itm-private", { title: "private words" })]);
  await device.sync();
  await new Promise((resolve, reject) => {
    const options = {
      localAddress: "127.0.0.9",
      headers: { "user-agent": "peculiar", "x-forwarded-for": "203.0.113.7" },
    };
    httpRequest(
      at("/secret-path/sync?token=peculiar").replace("localhost", "127.0.0.1"),
      options,
      (response) => response.resume().on("end", resolve),
    )
      .on("error", reject)
      .end();
  });
  await replica.logged(({ method }, index) => index >= before && method === "GET");
  for (const word of ["127.0.0.9", "203.0.113.7", "peculiar", "secret-path", "private", "demo.local", token])
    expect(replica.log).not.toContain(word);
  expect(replica.lines).toContainEqual(
    expect.objectContaining({ method: "POST", route: "/:database/sync", database: "zdemo", status: 200 }),
  );
});

test("the most talkative log has nothing of what is no HTTP either", async () => {
  const talkative = await installation.another({ LOG_LEVEL: "trace" });
  const socket = connect({ host: "localhost", port: Number(new URL(talkative.origin).port) });
  const said = Buffer.from(`nonsense\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  socket.write(said);
  await talkative.logged(({ msg }) => msg === "client error");
  socket.destroy();
  expect(talkative.log).toContain("HPE_INVALID_METHOD");
  expect(talkative.log).not.toContain(said.subarray(-40).join(","));
});
