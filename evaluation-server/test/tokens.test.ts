import { createSign, generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { lifetime, sealClaims, type Scope } from "../src/tokens/access.ts";
import { demoToken, post } from "./device.ts";
import { type Installation, install, owner } from "./installation.ts";
import { secret } from "./replica.ts";

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});

const at = (path: string) => `${installation.replica.origin}${path}`;
const ask = (body: object, path = "/zdemo/token") => post(at(path), body);
const otp = { grant_type: "otp", scopes: ["ACCESS_DB"] };

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicKey = keys.publicKey.export({ type: "spki", format: "pem" }).toString().trim();

const signed = (token: string, time = Date.now(), key = keys.privateKey) => ({
  grant_type: "refresh_token",
  refresh_token: token,
  scopes: ["ACCESS_DB"],
  time_stamp: time,
  signing_algorithm: "RSASSA-PKCS1-v1_5",
  signature: createSign("RSA-SHA256").update(`${token}${time}`).sign(key, "base64"),
});

interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiration: number;
  readonly refreshToken: string;
  readonly claims: { readonly sub: string; readonly scopes: Scope[] };
}

const read = async (response: Promise<Response>): Promise<Tokens> =>
  (await (await response).json()) as Tokens;

/** Goes the whole way of a one-time password. */
async function byMail(email: string, scopes: string[], path?: string, more = {}): Promise<Response> {
  const first = await ask({ ...otp, scopes, email }, path);
  if (first.status !== 200) return first;
  const { otp_id } = (await first.json()) as { otp_id: string };
  const mail = await installation.mailbox.take();
  return ask({ ...otp, scopes, email, otp_id, otp: mail.otp, ...more }, path);
}

const syncWith = (token: string, database = "zdemo") =>
  post(
    at(`/${database}/sync`),
    { clientIdentity: "device", schema: {}, changes: [] },
    { authorization: `Bearer ${token}` },
  );

describe("demo users", () => {
  test("log in without a password", async () => {
    const response = await ask({ grant_type: "demo", demo_user: "alice@demo.local", public_key: publicKey });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      type: "tokens",
      claims: { sub: "alice@demo.local", name: "alice", license: "ok", scopes: ["ACCESS_DB"] },
      userType: "demo",
      refreshTokenExpiration: null,
    });
  });

  test.each(["carol@demo.local", owner, ""])("are only those of the database: %j", async (user) => {
    const response = await ask({ grant_type: "demo", demo_user: user });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "USER_NOT_REGISTERED" });
  });

  test("do not get scopes they ask for", async () => {
    const body = { grant_type: "demo", demo_user: "bob@demo.local", scopes: ["MANAGE_DB"] };
    expect((await read(ask(body))).claims.scopes).toEqual(["ACCESS_DB"]);
  });
});

describe("one-time passwords", () => {
  test("come by mail and are good for one login", async () => {
    const first = await ask({ ...otp, email: " Dora@Example.com " });
    const sent = (await first.json()) as { type: string; otp_id: string };
    expect(sent.type).toBe("otp-sent");
    const mail = await installation.mailbox.take();
    expect(mail).toMatchObject({ to: "dora@example.com" });
    expect(mail.text).toContain(mail.otp);

    const second = { ...otp, email: "dora@example.com", otp_id: sent.otp_id, otp: mail.otp.toLowerCase() };
    const { claims, accessToken } = await read(ask(second));
    expect(claims.sub).toBe("dora@example.com");
    expect((await syncWith(accessToken)).status).toBe(200);
    expect((await ask(second)).status).toBe(401);
  });

  test("are still good when the database fails while they are used", async () => {
    await installation.postgres.failOnce("users");
    const response = await byMail("j@example.com", ["ACCESS_DB"], undefined, { public_key: publicKey });
    expect(response.status).toBe(200);
  });

  test("allow a few tries, which are plain text for the dialogue of the addon", async () => {
    const { otp_id } = (await (await ask({ ...otp, email: "eve@example.com" })).json()) as { otp_id: string };
    const mail = await installation.mailbox.take();
    for (let attempt = 0; attempt < 5; attempt++) {
      const wrong = await ask({ ...otp, otp_id, otp: "WRONG0" });
      expect(wrong.status).toBe(401);
      expect(wrong.headers.get("content-type")).toContain("text/plain");
    }
    expect((await ask({ ...otp, otp_id, otp: mail.otp })).status).toBe(401);
  });

  test("are bound to their database and address", async () => {
    const { otp_id } = (await (await ask({ ...otp, email: "f@example.com" })).json()) as { otp_id: string };
    const mail = await installation.mailbox.take();
    const right = { ...otp, otp_id, otp: mail.otp };
    expect((await ask({ ...right, email: "g@example.com" })).status).toBe(401);
    expect((await ask({ ...right, scopes: ["CREATE_DB"] }, "/token")).status).toBe(401);
    expect((await ask(right)).status).toBe(200);
  });

  test("are not sent without end to one address", async () => {
    for (let sent = 0; sent < 5; sent++) {
      expect((await ask({ ...otp, email: "flood@example.com" })).status).toBe(200);
      await installation.mailbox.take();
    }
    expect((await ask({ ...otp, email: "flood@example.com" })).status).toBe(429);
    expect(installation.mailbox.untaken).toBe(0);
  });

  test("that could not be mailed are told of and do not count", async () => {
    installation.mailbox.answerWith(500);
    for (let attempt = 0; attempt < 6; attempt++)
      expect((await ask({ ...otp, email: "h@example.com" })).status).toBe(502);
    installation.mailbox.answerWith(202);
    expect((await ask({ ...otp, email: "h@example.com" })).status).toBe(200);
    await installation.mailbox.take();
    await installation.replica.logged(({ reason }) => reason === "status 500");
  });

  test.each(["no address", "mallory@demo.local", ""])("do not go to %j", async (email) => {
    expect((await ask({ ...otp, email })).status).toBe(403);
    expect(installation.mailbox.untaken).toBe(0);
  });

  test("of the service are for owners alone, whatever scope is asked for", async () => {
    for (const scopes of [["CREATE_DB"], ["ACCESS_DB"], []]) {
      const response = await byMail("stranger@example.com", scopes, "/token");
      expect(response.status, scopes.join()).toBe(403);
    }
    expect((await byMail(owner, ["CREATE_DB"], "/token")).status).toBe(200);
  });

  test("of a database give strangers no scope of an owner", async () => {
    expect((await byMail("stranger@example.com", ["CONNECT_CLIENT"])).status).toBe(403);
    const { otp_id } = (await (await ask({ ...otp, email: "i@example.com" })).json()) as { otp_id: string };
    const mail = await installation.mailbox.take();
    const scopes = ["CONNECT_CLIENT"];
    expect((await ask({ ...otp, scopes, otp_id, otp: mail.otp })).status).toBe(403);
  });
});

describe("refresh tokens", () => {
  const loggedIn = () =>
    read(ask({ grant_type: "demo", demo_user: "alice@demo.local", public_key: publicKey }));

  test("give new access tokens to the holder of the key, again and again", async () => {
    const { refreshToken } = await loggedIn();
    for (let use = 0; use < 2; use++) {
      const { accessToken, claims } = await read(ask(signed(refreshToken)));
      expect(claims.sub).toBe("alice@demo.local");
      expect((await syncWith(accessToken)).status).toBe(200);
    }
  });

  test.each([-2, 2])(
    "give access tokens an hour by the clock of the client, which is %i hours ahead",
    async (hours) => {
      const { refreshToken } = await loggedIn();
      const time = Date.now() + hours * lifetime;
      const { accessTokenExpiration } = await read(ask(signed(refreshToken, time)));
      expect(Math.abs(accessTokenExpiration - time - lifetime)).toBeLessThan(30_000);
    },
  );

  test("are refused without the right signature", async () => {
    const { refreshToken } = await loggedIn();
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const right = signed(refreshToken);
    const yesterday = Date.now() - 25 * 60 * 60 * 1000;
    for (const wrong of [
      signed(refreshToken, Date.now(), other),
      { ...right, time_stamp: right.time_stamp + 1 },
      { ...right, signature: "" },
      signed(refreshToken, yesterday),
      signed("unknown"),
    ])
      expect((await ask(wrong)).status).toBe(401);
  });

  test("do not work in another database", async () => {
    const { accessToken } = await read(byMail(owner, ["CREATE_DB"], "/token"));
    const made = await post(at("/create-db"), {}, { authorization: `Bearer ${accessToken}` });
    const path = new URL(((await made.json()) as { url: string }).url).pathname;
    const { refreshToken } = await loggedIn();
    expect((await ask(signed(refreshToken), `${path}/token`)).status).toBe(401);
  });

  test.each([
    "no key",
    generateKeyPairSync("rsa", { modulusLength: 1024 })
      .publicKey.export({ type: "spki", format: "pem" })
      .toString(),
  ])("need a sound key", async (public_key) => {
    const response = await ask({ grant_type: "demo", demo_user: "alice@demo.local", public_key });
    expect(response.status).toBe(400);
  });
});

describe("access tokens", () => {
  const claims = { database: "zdemo", sub: "alice@demo.local", scopes: ["ACCESS_DB" as const] };
  const soon = () => Date.now() + 60_000;

  test("are validated for back ends", async () => {
    const token = await demoToken(installation.replica, "alice@demo.local");
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(at("/zdemo/token/validate"), { headers });
    expect(await response.json()).toMatchObject({ valid: true, claims: { sub: "alice@demo.local" } });
    expect((await fetch(at("/zdemo/token/validate"))).status).toBe(401);
  });

  test("are refused when expired, tampered with, of another secret, database or scope", async () => {
    const genuine = sealClaims(secret, { ...claims, expires: soon() });
    expect((await syncWith(genuine)).status).toBe(200);
    const [payload = "", signature = ""] = genuine.split(".");
    const bob = Buffer.from(JSON.stringify({ ...claims, sub: "bob@demo.local", expires: soon() }));
    for (const [what, token] of Object.entries({
      expired: sealClaims(secret, { ...claims, expires: Date.now() - 1 }),
      "other claims": `${bob.toString("base64url")}.${signature}`,
      "other secret": sealClaims("another secret that is long enough too", { ...claims, expires: soon() }),
      "other database": sealClaims(secret, { ...claims, database: "zother", expires: soon() }),
      "the service": sealClaims(secret, { ...claims, database: null, expires: soon() }),
      "no signature": payload,
      "empty signature": `${payload}.`,
      nothing: "",
      nonsense: "a.b.c",
    }))
      expect((await syncWith(token)).status, what).toBe(401);
    const unfit = sealClaims(secret, { ...claims, scopes: ["CONNECT_CLIENT"], expires: soon() });
    expect((await syncWith(unfit)).status).toBe(403);
  });
});

test("what an owner asks for waits until the database is back", async () => {
  const { accessToken } = await read(byMail(owner, ["CREATE_DB"], "/token"));
  await installation.postgres.failOnce("api_clients");
  const made = await post(at("/create-db"), {}, { authorization: `Bearer ${accessToken}` });
  expect(made.status).toBe(200);
  await installation.postgres.failOnce("origins");
  const token = sealClaims(secret, {
    database: "zdemo",
    sub: owner,
    scopes: ["MANAGE_DB"],
    expires: Date.now() + 60_000,
  });
  const listed = await post(
    at("/zdemo/whitelist"),
    { origin: "https://app.example.com" },
    { authorization: `Bearer ${token}` },
  );
  expect(await listed.json()).toBe(1);
});

describe("credentials of a client", () => {
  test("give tokens for itself and for users of the owner's back end, in its database alone", async () => {
    const { accessToken } = await read(byMail(owner, ["CONNECT_CLIENT"]));
    const headers = { authorization: `Bearer ${accessToken}` };
    const connected = await post(at("/zdemo/clients/connect"), {}, headers);
    const { clientId, clientSecret } = (await connected.json()) as { clientId: string; clientSecret: string };
    const grant = {
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scopes: ["ACCESS_DB"],
    };
    expect((await read(ask(grant))).claims.sub).toBe(clientId);
    const user = { ...grant, public_key: publicKey, claims: { sub: "u1", email: "u1@example.com" } };
    const { claims, refreshToken } = await read(ask(user));
    expect(claims.sub).toBe("u1");
    expect((await ask(signed(refreshToken))).status).toBe(200);
    // A user's own realm has the id of the user, and in the public one nobody writes.
    expect((await ask({ ...user, claims: { sub: "rlm-public" } })).status).toBe(400);
    expect((await ask({ ...grant, client_secret: "wrong" })).status).toBe(401);
    expect((await ask({ ...grant, scopes: ["CREATE_DB"] })).status).toBe(403);

    const stored = await installation.postgres.query("SELECT * FROM dexie_cloud.api_clients");
    expect(JSON.stringify(stored)).not.toContain(clientSecret);
  });
});

test("no secret of all this is in the log", () => {
  const { log } = installation.replica;
  for (const word of ["example.com", "demo.local", "PUBLIC KEY", "eyJ", "WRONG0", secret])
    expect(log).not.toContain(word);
});
