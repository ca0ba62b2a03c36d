import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { about } from "./about.ts";
import { Hub } from "./changes/hub.ts";
import { listen } from "./changes/listener.ts";
import { nextMessage } from "./changes/next.ts";
import { upgradeHandler } from "./changes/upgrade.ts";
import type { Config } from "./config.ts";
import { describeError } from "./errors.ts";
import { createApp } from "./http/app.ts";
import { originPolicy } from "./http/cors.ts";
import { patiently } from "./store/outage.ts";
import { closeSoon, openPool } from "./store/pool.ts";
import { sweep } from "./store/schema.ts";
import { webhookMailer } from "./tokens/mailer.ts";

export interface Server {
  readonly port: number;
  /** Stops: is no longer ready, serves for `drain` ms on, then closes sockets and finishes what is under way. */
  stop(drain: number): Promise<void>;
}

const sweepEvery = 60 * 60 * 1000;
const closeWithin = 11_000;

/** Starts the server. */
export async function startServer(config: Config, publicFolder: string): Promise<Server> {
  let stopping = false;
  const onBroken = (error: Error) => app.log.warn(describeError(error), "a database connection broke");
  const pool = openPool(config.database, 10, onBroken);
  const probe = openPool(config.database, 1, onBroken);
  const mailer = webhookMailer(config.mailer, (reason) =>
    app.log.error({ reason }, "the mailer web hook failed"),
  );
  const context = { config, pool, probe, mailer, isStopping: () => stopping };
  const app = await createApp(context, publicFolder, { level: config.logLevel });

  const hub = new Hub();
  const onUpgrade = upgradeHandler({
    pool,
    secret: config.secret,
    hub,
    isAllowed: originPolicy(pool, config.publicUrl),
    hooks: {
      next: (reader) => patiently(() => nextMessage(pool, reader)),
      onError: (error) => app.log.error(describeError(error), "socket failed"),
    },
  });
  app.server.on("upgrade", onUpgrade);

  const listener = listen(config.database, {
    onNotice: (notice) => hub.wake(notice),
    onConnected: () => {
      app.log.info("listening for changes of all replicas");
      hub.wakeAll();
    },
    onTrouble: (error) => app.log.warn(describeError(error), "not hearing of changes; connecting again"),
  });
  const sweeper = setInterval(() => {
    sweep(pool).catch((error: unknown) => app.log.warn(describeError(error), "sweeping failed"));
  }, sweepEvery);

  app.log.info({ about }, "starting");
  await app.listen({ host: "::", port: config.port });

  async function stop(drain: number): Promise<void> {
    stopping = true;
    app.log.info({ sockets: hub.size }, "stopping");
    clearInterval(sweeper);
    await setTimeout(drain);
    hub.closeAll(1001);
    const force = globalThis.setTimeout(() => {
      hub.terminateAll();
      app.server.closeAllConnections();
    }, closeWithin);
    await app.close();
    clearTimeout(force);
    await listener.stop();
    await Promise.all([pool, probe].map(closeSoon));
  }

  return { port: (app.server.address() as AddressInfo).port, stop };
}
