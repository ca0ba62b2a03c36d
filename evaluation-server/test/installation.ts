import { type Mailbox, openMailbox } from "./mailbox.ts";
import { Postgres } from "./postgres.ts";
import { initCloud, Replica } from "./replica.ts";

/** The address that may create databases. */
export const owner = "owner@example.com";

export interface Installation {
  readonly postgres: Postgres;
  readonly mailbox: Mailbox;
  readonly replica: Replica;
  /** Starts one more replica on the same database. */
  another(settings?: Readonly<Record<string, string>>): Promise<Replica>;
}

/** PostgreSQL with the tables, a mailer's web hook and one replica of the server, for the tests of a file. */
export async function install(): Promise<Installation> {
  const postgres = await Postgres.start();
  const mailbox = await openMailbox();
  await initCloud(postgres.url);
  const another = (settings = {}) =>
    Replica.start(postgres.url, { DXC_MAILER_WEBHOOK: mailbox.url, DXC_OWNERS: owner, ...settings });
  return { postgres, mailbox, replica: await another(), another };
}
