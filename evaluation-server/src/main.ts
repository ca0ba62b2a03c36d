import { join } from "node:path";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { about } from "./about.ts";
import { describeError } from "./errors.ts";
import { demoDatabase, initCloud } from "./init.ts";
import { startServer } from "./server.ts";

/** Time for proxies to notice that this replica is no longer ready. */
const drain = 3_000;

/** One line of JSON, like the lines of the server. */
const log = (level: number, msg: string, more: object = {}) =>
  console.log(JSON.stringify({ level, time: Date.now(), ...more, msg }));

async function serve(config: Config): Promise<void> {
  const server = await startServer(config, join(import.meta.dirname, "public"));
  const stop = (pause: number) => () => {
    server.stop(pause).then(
      () => process.exit(0),
      (error: unknown) => {
        log(50, "stopping failed", describeError(error));
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop(drain));
  process.once("SIGINT", stop(0));
}

async function main(command = "serve"): Promise<void> {
  switch (command) {
    case "serve":
      return serve(readConfig());
    case "init-cloud":
      await initCloud(readConfig().database);
      {
        log(30, "the tables are there", { about, database: demoDatabase });
        return;
      }
    default:
      throw new ConfigError(`Unknown command ${command}: use serve or init-cloud`);
  }
}

try {
  await main(process.argv[2]);
} catch (error) {
  if (error instanceof ConfigError) {
    console.error(error.message);
    process.exit(2);
  }
  log(60, "failed", describeError(error));
  process.exit(1);
}
