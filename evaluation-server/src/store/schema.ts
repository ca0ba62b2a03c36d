import type { Queryable } from "./pool.ts";

/** Raised whenever the tables change; `serve` refuses to be ready on any other. */
export const schemaVersion = 1;

const tables = `
CREATE SCHEMA IF NOT EXISTS dexie_cloud;
SET LOCAL search_path TO dexie_cloud;

CREATE TABLE IF NOT EXISTS meta (version int PRIMARY KEY);

-- revision: of the last committed change. Taking the lock on the row puts writers of one database in a queue, so
-- revisions become visible in their order.
CREATE TABLE IF NOT EXISTS databases (
  id text PRIMARY KEY,
  owner text,
  revision bigint NOT NULL DEFAULT 0,
  created timestamptz NOT NULL DEFAULT now()
);

-- An epoch is a time line of PostgreSQL. A restore begins a new one, and revisions are then given out again.
CREATE TABLE IF NOT EXISTS epochs (
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  epoch int NOT NULL,
  first_revision bigint NOT NULL,
  timeline int NOT NULL,
  system_identifier text NOT NULL,
  PRIMARY KEY (database_id, epoch)
);

-- json and not jsonb: what a client wrote comes back byte for byte, also text that jsonb refuses.
CREATE TABLE IF NOT EXISTS objects (
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  table_name text NOT NULL,
  key text NOT NULL,
  realm text NOT NULL,
  value json NOT NULL,
  PRIMARY KEY (database_id, table_name, key)
);
CREATE INDEX IF NOT EXISTS objects_realm ON objects (database_id, realm);

-- The change log: the last revision at which a key changed in a realm. Deleted and departed keys stay listed.
CREATE TABLE IF NOT EXISTS changes (
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  realm text NOT NULL,
  table_name text NOT NULL,
  key text NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (database_id, realm, table_name, key)
);
CREATE INDEX IF NOT EXISTS changes_revision ON changes (database_id, realm, revision);

-- Transactions already carried out: a client that lost the answer sends them again.
CREATE TABLE IF NOT EXISTS transactions (
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  client text NOT NULL,
  txid text NOT NULL,
  applied timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (database_id, client, txid)
);
CREATE INDEX IF NOT EXISTS transactions_applied ON transactions (applied);

-- Clients with lost revisions that were asked, over their socket, to fetch everything anew.
CREATE TABLE IF NOT EXISTS resets (
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  client text NOT NULL,
  requested timestamptz NOT NULL,
  PRIMARY KEY (database_id, client)
);

CREATE TABLE IF NOT EXISTS users (
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  id text NOT NULL,
  email text,
  name text,
  type text NOT NULL CHECK (type IN ('demo', 'prod', 'client')),
  created timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (database_id, id)
);

-- database_id is null for the service itself (creating a database).
CREATE TABLE IF NOT EXISTS one_time_passwords (
  id text PRIMARY KEY,
  database_id text REFERENCES databases ON DELETE CASCADE,
  email text NOT NULL,
  hash bytea NOT NULL,
  tries int NOT NULL DEFAULT 0,
  expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS one_time_passwords_email ON one_time_passwords (email, expires);

CREATE TABLE IF NOT EXISTS api_clients (
  id text PRIMARY KEY,
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  secret_hash bytea NOT NULL,
  email text NOT NULL,
  scopes text[] NOT NULL,
  created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS origins (
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  origin text NOT NULL,
  PRIMARY KEY (database_id, origin)
);

CREATE TABLE IF NOT EXISTS blobs (
  database_id text NOT NULL REFERENCES databases ON DELETE CASCADE,
  id text NOT NULL,
  realm text NOT NULL,
  content bytea NOT NULL,
  created timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (database_id, id)
);

INSERT INTO meta (version) VALUES (${schemaVersion}) ON CONFLICT DO NOTHING;
`;

/**
 * Creates what is missing. May run twice, and at once on several replicas: they queue on a lock. Where all is there
 * nothing is touched, since even `IF NOT EXISTS` takes locks that the requests under way would wait for.
 */
export async function createSchema(on: Queryable): Promise<void> {
  await on.query("SELECT pg_advisory_xact_lock(hashtext('dexie_cloud.schema'))");
  const { rows } = await on.query<{ present: boolean }>(
    "SELECT to_regclass('dexie_cloud.meta') IS NOT NULL AS present",
  );
  if (rows[0]?.present && (await hasSchema(on))) return;
  await on.query(tables);
}

/** True when the tables of this version are there. */
export async function hasSchema(on: Queryable): Promise<boolean> {
  const { rows } = await on.query<{ version: number }>(
    "SELECT max(version) AS version FROM dexie_cloud.meta",
  );
  return rows[0]?.version === schemaVersion;
}

/** Removes what is no longer needed: expired passwords and the memory of old transactions. */
export async function sweep(on: Queryable): Promise<void> {
  await on.query(`
    DELETE FROM dexie_cloud.one_time_passwords WHERE expires < now() - interval '1 hour';
    DELETE FROM dexie_cloud.transactions WHERE applied < now() - interval '90 days';
    DELETE FROM dexie_cloud.resets WHERE requested < now() - interval '1 day'`);
}
