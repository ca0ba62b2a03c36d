import { HttpError } from "../errors.ts";
import type { Queryable } from "../store/pool.ts";
import { randomUUID } from "node:crypto";
import type { Scope } from "./access.ts";
import { hashSecret, isSame, randomToken } from "./hash.ts";

/** Credentials of the command line client or of a back end. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What a client of an owner may do with its database. */
export const ownerScopes: readonly Scope[] = [
  "IMPERSONATE",
  "ACCESS_DB",
  "MANAGE_DB",
  "GLOBAL_READ",
  "GLOBAL_WRITE",
  "DELETE_DB",
];

const hash = (secret: string, id: string, clientSecret: string) =>
  hashSecret(secret, `client.${id}`, clientSecret);

/** Makes credentials for a database; the secret is told once and stored hashed. */
export async function createClient(
  on: Queryable,
  secret: string,
  database: string,
  email: string,
): Promise<Credentials> {
  const clientId = randomUUID();
  const clientSecret = randomToken();
  await on.query(
    `INSERT INTO dexie_cloud.api_clients (id, database_id, secret_hash, email, scopes) VALUES ($1, $2, $3, $4, $5)`,
    [clientId, database, hash(secret, clientId, clientSecret), email, ownerScopes],
  );
  return { clientId, clientSecret };
}

export interface Client {
  readonly id: string;
  readonly email: string;
  readonly scopes: readonly Scope[];
}

export async function listClients(on: Queryable, database: string): Promise<Client[]> {
  const { rows } = await on.query<Client>(
    "SELECT id, email, scopes FROM dexie_cloud.api_clients WHERE database_id = $1 ORDER BY created",
    [database],
  );
  return rows;
}

/** The client whose credentials these are. */
export async function checkClient(
  on: Queryable,
  secret: string,
  database: string,
  { clientId, clientSecret }: Credentials,
): Promise<Client> {
  const { rows } = await on.query<Client & { secret_hash: Buffer }>(
    "SELECT id, email, scopes, secret_hash FROM dexie_cloud.api_clients WHERE id = $1 AND database_id = $2",
    [clientId, database],
  );
  const [row] = rows;
  if (!row || !isSame(row.secret_hash, hash(secret, clientId, clientSecret)))
    throw new HttpError(401, "Unknown client or wrong secret.");
  return row;
}
