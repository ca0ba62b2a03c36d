import { createDatabase, saveUser } from "./store/databases.ts";
import { patiently } from "./store/outage.ts";
import { inTransaction, openPool } from "./store/pool.ts";
import { createSchema } from "./store/schema.ts";

/** The database of the demo page, and who may log in there without a password. */
export const demoDatabase = "zdemo";
const demoUsers = ["alice", "bob"];

/** Creates the tables and the demo database. What exists already stays as it is. */
export async function initCloud(connectionString: string): Promise<void> {
  const pool = openPool(connectionString, 1, () => undefined);
  try {
    await patiently(() => inTransaction(pool, createSchema));
    await patiently(() =>
      inTransaction(pool, async (on) => {
        await createDatabase(on, demoDatabase, null);
        for (const name of demoUsers) {
          const email = `${name}@demo.local`;
          await saveUser(on, demoDatabase, { id: email, email, name, type: "demo" });
        }
      }),
    );
  } finally {
    await pool.end();
  }
}
