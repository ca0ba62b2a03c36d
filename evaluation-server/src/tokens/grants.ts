import { z } from "zod";
import type { Config } from "../config.ts";
import { badRequest, HttpError, notImplemented } from "../errors.ts";
import { findUser, saveUser, type User, type UserType } from "../store/databases.ts";
import { isStorable } from "../store/objects.ts";
import { inTransaction, type Pool, type Queryable } from "../store/pool.ts";
import { publicRealm } from "../sync/realms.ts";
import { type Claims, lifetime, type Scope, scopes, sealClaims } from "./access.ts";
import { checkClient } from "./clients.ts";
import type { Mailer } from "./mailer.ts";
import { checkPassword, sendPassword, usePassword } from "./passwords.ts";
import { issueRefreshToken, redeemRefreshToken } from "./refresh.ts";

export interface TokenContext {
  readonly pool: Pool;
  readonly config: Config;
  readonly mailer: Mailer;
}

const text = z.string().max(10_000).refine(isStorable);
const email = text.max(320);
const userId = text
  .min(1)
  .max(320)
  .refine((id) => id !== publicRealm);
const wanted = z.array(z.enum(scopes)).default(["ACCESS_DB"]);

const request = z.discriminatedUnion("grant_type", [
  z.object({
    grant_type: z.literal("otp"),
    email: email.optional(),
    scopes: wanted,
    otp_id: text.optional(),
    otp: text.optional(),
    public_key: text.optional(),
  }),
  z.object({ grant_type: z.literal("demo"), demo_user: email, scopes: wanted, public_key: text.optional() }),
  z.object({
    grant_type: z.literal("client_credentials"),
    client_id: text,
    client_secret: text,
    scopes: wanted,
    public_key: text.optional(),
    claims: z.object({ sub: userId, email: email.optional(), name: text.max(320).optional() }).optional(),
  }),
  z.object({
    grant_type: z.literal("refresh_token"),
    refresh_token: text,
    time_stamp: z.number(),
    signing_algorithm: z.literal("RSASSA-PKCS1-v1_5"),
    signature: text,
  }),
  z.object({ grant_type: z.literal("authorization_code") }),
]);

type Grant<T extends z.output<typeof request>["grant_type"]> = z.output<typeof request> & { grant_type: T };

export interface TokensAnswer {
  readonly type: "tokens";
  readonly claims: Record<string, unknown>;
  readonly accessToken: string;
  readonly accessTokenExpiration: number;
  readonly refreshToken?: string;
  readonly refreshTokenExpiration: null;
  readonly userType: UserType;
}
export type TokenAnswer = TokensAnswer | { readonly type: "otp-sent"; readonly otp_id: string };

const normal = (address: string): string => address.trim().toLowerCase();
const isDemoAddress = (address: string): boolean => address.endsWith("@demo.local");

const claimsOf = (database: string, user: User, granted: readonly Scope[]): Omit<Claims, "expires"> => ({
  database,
  sub: user.id,
  email: user.email ?? undefined,
  name: user.name ?? undefined,
  scopes: granted,
});

/**
 * Tokens for a client, whose clock is ahead of ours by `skew`. By that it reads their end: one that finds each new token
 * expired would ask for the next at once, for ever.
 */
function tokens(secret: string, claims: Omit<Claims, "expires">, userType: UserType, skew = 0): TokensAnswer {
  const expires = Date.now() + lifetime;
  const { sub, email: address, name, scopes: granted } = claims;
  return {
    type: "tokens",
    claims: { sub, email: address, name, license: "ok", scopes: granted },
    accessToken: sealClaims(secret, { ...claims, expires }),
    accessTokenExpiration: expires + skew,
    refreshTokenExpiration: null,
    userType,
  };
}

/**
 * Logs a user in: remembers the user, and gives tokens that last as long as the client can sign for new ones. What else
 * the login writes is written with it or not at all.
 */
async function logIn(
  { pool, config }: TokenContext,
  database: string,
  user: User,
  granted: readonly Scope[],
  publicKey: string | undefined,
  alsoWrite: (on: Queryable) => Promise<void> = () => Promise.resolve(),
): Promise<TokensAnswer> {
  const answer = tokens(config.secret, claimsOf(database, user, granted), user.type);
  const refreshToken =
    publicKey === undefined
      ? undefined
      : issueRefreshToken(config.secret, { database, user, scopes: granted, publicKey });
  await inTransaction(pool, async (on) => {
    await alsoWrite(on);
    if (refreshToken !== undefined) await saveUser(on, database, user);
  });
  return refreshToken === undefined ? answer : { ...answer, refreshToken };
}

async function demo(context: TokenContext, database: string, grant: Grant<"demo">): Promise<TokensAnswer> {
  const user = await findUser(context.pool, database, normal(grant.demo_user));
  if (user?.type !== "demo")
    throw new HttpError(403, {
      code: "USER_NOT_REGISTERED",
      message: "This is no demo user of this database.",
    });
  return logIn(context, database, user, ["ACCESS_DB"], grant.public_key);
}

/**
 * Only owners get passwords for the service itself and for managing a database; an unknown address is refused before
 * any mail is sent.
 */
function refuseStrangers(
  { owners }: Config,
  address: string,
  database: string | null,
  asked: readonly Scope[],
): void {
  if (owners.includes(address)) return;
  if (database !== null && asked.every((scope) => scope === "ACCESS_DB")) return;
  throw new HttpError(403, {
    code: "USER_NOT_ACCEPTED",
    message: "This address is not listed in DXC_OWNERS.",
  });
}

async function oneTimePassword(
  context: TokenContext,
  database: string | null,
  grant: Grant<"otp">,
): Promise<TokenAnswer> {
  const { pool, config, mailer } = context;
  const address = grant.email === undefined ? undefined : normal(grant.email);
  const { otp_id: id, otp: password } = grant;
  if (id !== undefined && password !== undefined) {
    const sub = await checkPassword(pool, config.secret, database, { id, password, email: address });
    refuseStrangers(config, sub, database, grant.scopes);
    if (database === null) {
      await usePassword(pool, id);
      return tokens(config.secret, { database, sub, email: sub, scopes: ["CREATE_DB"] }, "prod");
    }
    const granted = grant.scopes.filter((scope) => scope === "ACCESS_DB" || scope === "CONNECT_CLIENT");
    return logIn(
      context,
      database,
      { id: sub, email: sub, name: null, type: "prod" },
      granted,
      grant.public_key,
      (on) => usePassword(on, id),
    );
  }
  if (address === undefined) throw badRequest("email is missing");
  if (/\sas\s/.test(address)) throw notImplemented("impersonation (a@x as b@y)");
  if (!z.email().safeParse(address).success || isDemoAddress(address))
    throw new HttpError(403, {
      code: "USER_NOT_ACCEPTED",
      message: "One-time passwords cannot be sent there.",
    });
  refuseStrangers(config, address, database, grant.scopes);
  return { type: "otp-sent", otp_id: await sendPassword(pool, mailer, config.secret, database, address) };
}

async function clientCredentials(
  context: TokenContext,
  database: string,
  grant: Grant<"client_credentials">,
): Promise<TokensAnswer> {
  const { pool, config } = context;
  const credentials = { clientId: grant.client_id, clientSecret: grant.client_secret };
  const client = await checkClient(pool, config.secret, database, credentials);
  if (!grant.scopes.every((scope) => client.scopes.includes(scope)))
    throw new HttpError(403, "The client does not have these scopes.");
  if (!grant.claims)
    return tokens(config.secret, { database, sub: client.id, scopes: grant.scopes }, "client");
  if (!client.scopes.includes("IMPERSONATE")) throw new HttpError(403, "The client may not speak for users.");
  const { sub, email: address = null, name = null } = grant.claims;
  return logIn(
    context,
    database,
    { id: sub, email: address, name, type: "prod" },
    grant.scopes,
    grant.public_key,
  );
}

function refresh(
  { secret }: Config,
  database: string,
  { refresh_token: token, time_stamp: timestamp, signature }: Grant<"refresh_token">,
): TokensAnswer {
  const login = redeemRefreshToken(secret, database, { token, timestamp, signature });
  const claims = claimsOf(database, login.user, login.scopes);
  return tokens(secret, claims, login.user.type, timestamp - Date.now());
}

/** Answers a request for tokens, of a database or (`null`) of the service itself. */
export async function grantTokens(
  context: TokenContext,
  database: string | null,
  body: unknown,
): Promise<TokenAnswer> {
  const parsed = request.safeParse(body);
  if (!parsed.success)
    throw badRequest(parsed.error.issues.map(({ path, code }) => `${path.join(".")}: ${code}`).join("; "));
  const grant = parsed.data;
  if (grant.grant_type === "authorization_code") throw notImplemented("login by OAuth");
  if (grant.grant_type === "otp") return oneTimePassword(context, database, grant);
  if (database === null) throw notImplemented(`grant ${grant.grant_type} of the service`);
  if (grant.grant_type === "demo") return demo(context, database, grant);
  if (grant.grant_type === "client_credentials") return clientCredentials(context, database, grant);
  return refresh(context.config, database, grant);
}
