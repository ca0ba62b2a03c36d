import { setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { about } from "../about.ts";
import { hasSchema } from "../store/schema.ts";
import type { Context } from "./context.ts";

/** Shorter than probes wait: an answer says more than none. */
const patience = 3_000;

const within = <T>(time: number, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    setTimeout(time, undefined, { ref: false }).then(() => Promise.reject(new Error("It took too long"))),
  ]);

/** `/health`: the process answers. `/ready`: it can serve, that is, the database answers and has its tables. */
export function healthRoutes(app: FastifyInstance, context: Context): void {
  app.get("/health", () => ({ status: "ok", about }));

  app.get("/ready", async (_request, reply) => {
    const problem = context.isStopping() ? "stopping" : await problemOf();
    if (problem === undefined) return { status: "ready", about };
    return reply.code(503).send({ status: "not ready", problem });
  });

  async function problemOf(): Promise<string | undefined> {
    try {
      return (await within(patience, hasSchema(context.probe)))
        ? undefined
        : "the tables are of another version";
    } catch (error) {
      return (error as { code?: string }).code === "42P01" || (error as { code?: string }).code === "3F000"
        ? "the tables are missing: run init-cloud"
        : "the database cannot be reached";
    }
  }
}
