import type { Config } from "../config.ts";
import type { Pool } from "../store/pool.ts";
import type { TokenContext } from "../tokens/grants.ts";

/** What the routes need of the server. */
export interface Context extends TokenContext {
  readonly config: Config;
  readonly pool: Pool;
  /** Apart from the pool, so that a server whose connections are all in use is not taken for one without a database. */
  readonly probe: Pool;
  /** True from the signal to stop on: no new clients please. */
  isStopping(): boolean;
}

export interface DatabaseParams {
  readonly Params: { readonly database: string };
}
