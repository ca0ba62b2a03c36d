import { randomInt, randomUUID } from "node:crypto";
import { HttpError } from "../errors.ts";
import { inTransaction, onlyRow, type Pool, type Queryable } from "../store/pool.ts";
import { hashSecret, isSame } from "./hash.ts";
import type { Mailer } from "./mailer.ts";

/** Without letters and digits that look alike. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const length = 6;
const mostTries = 5;
const mostPending = 5;

const newPassword = (): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)] ?? "").join("");

const hash = (secret: string, id: string, password: string): Buffer =>
  hashSecret(secret, `one-time-password.${id}`, password.trim().toUpperCase());

async function refuseFlood(on: Queryable, email: string): Promise<void> {
  const result = await on.query<{ pending: number }>(
    `SELECT count(*)::int AS pending FROM dexie_cloud.one_time_passwords WHERE email = $1 AND expires > now()`,
    [email],
  );
  if (onlyRow(result).pending >= mostPending)
    throw new HttpError(429, "Too many one-time passwords were asked for. Please try again in ten minutes.");
}

/** Removes a password and tells whether it was still there. */
async function discard(on: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await on.query("DELETE FROM dexie_cloud.one_time_passwords WHERE id = $1", [id]);
  return rowCount === 1;
}

/** Mails a one-time password that is good for ten minutes, and gives its id. */
export async function sendPassword(
  pool: Pool,
  mailer: Mailer,
  secret: string,
  database: string | null,
  email: string,
): Promise<string> {
  const id = randomUUID();
  const password = newPassword();
  await inTransaction(pool, async (on) => {
    await on.query("SELECT pg_advisory_xact_lock(hashtext($1))", [`one-time-password.${email}`]);
    await refuseFlood(on, email);
    await on.query(
      `INSERT INTO dexie_cloud.one_time_passwords (id, database_id, email, hash, expires)
       VALUES ($1, $2, $3, $4, now() + interval '10 minutes')`,
      [id, database, email, hash(secret, id, password)],
    );
  });
  try {
    await mailer({
      to: email,
      subject: `${password} is your one-time password`,
      text: `Your one-time password is ${password}. It is valid for ten minutes and can be used once.`,
      otp: password,
    });
  } catch (error) {
    await discard(pool, id);
    throw error;
  }
  return id;
}

const wrong = () => new HttpError(401, "The one-time password is wrong or no longer valid.");

/** Checks a one-time password and gives the address it was sent to. Each has a few tries. */
export async function checkPassword(
  pool: Pool,
  secret: string,
  database: string | null,
  given: { readonly id: string; readonly password: string; readonly email: string | undefined },
): Promise<string> {
  // The try is counted and committed before the password is looked at, so that no failure can give it back.
  const { rows } = await pool.query<{ email: string; hash: Buffer }>(
    `UPDATE dexie_cloud.one_time_passwords SET tries = tries + 1
     WHERE id = $1 AND database_id IS NOT DISTINCT FROM $2 AND expires > now() AND tries < $3
     RETURNING email, hash`,
    [given.id, database, mostTries],
  );
  const [row] = rows;
  if (!row || !isSame(row.hash, hash(secret, given.id, given.password))) throw wrong();
  if (given.email !== undefined && given.email !== row.email) throw wrong();
  return row.email;
}

/**
 * Uses up a one-time password that was checked: in the transaction that saves what it was for, so that it is still good
 * when that fails and is tried again.
 */
export async function usePassword(on: Queryable, id: string): Promise<void> {
  if (!(await discard(on, id))) throw wrong();
}
