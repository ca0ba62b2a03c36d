import { connect, createServer, type TLSSocket } from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { makeCertificates, type Certificates, type KeyPair } from "./certificates.ts";
import { planRenewal, type Renewal } from "./renewal.ts";

const dayMs = 86_400_000;
const now = new Date();
const host = "dexie.example.com";
const make = (daysAgo = 0, publicHost = host) =>
  makeCertificates("office", "office-database", publicHost, new Date(now.getTime() - daysAgo * dayMs));

/** Connects as a client of PostgreSQL does; rejects when the server's certificate is not trusted. */
async function meet(server: KeyPair, ca: string): Promise<void> {
  const listening = createServer({ cert: server.certificate, key: server.key }, (socket) => socket.end());
  listening.listen(0, "localhost");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  const client: TLSSocket = connect({
    host: "localhost",
    port,
    ca,
    servername: "postgres.office-database.svc",
  });
  try {
    await once(client, "secureConnect");
  } finally {
    client.destroy();
    listening.close();
  }
}

const last = ({ steps }: Pick<Renewal, "steps">): Certificates => {
  const step = steps.at(-1);
  if (step === undefined) throw new Error("a renewal has a step");
  return step;
};

describe("a renewal", () => {
  it("never has a part meet a certificate that it does not trust, in each step and between them", async () => {
    const [present, made] = [await make(380), await make()];
    const { steps, ownEdgeUntil } = planRenewal(present, made, host, now);
    expect(steps).toHaveLength(2);
    expect(ownEdgeUntil).toBeUndefined();
    const states = [present, ...steps];
    for (const [at, state] of states.entries()) {
      const beside = [states[at - 1], state, states[at + 1]].filter((one) => one !== undefined);
      for (const { ca } of beside) await meet(state.postgres, ca);
    }
    expect(last({ steps })).toMatchObject({
      postgres: made.postgres,
      backup: made.backup,
      edge: made.edge,
    });
  });

  it("goes in one step when the present certificates have ended", async () => {
    const [present, made] = [await make(400), await make()];
    const renewal = planRenewal(present, made, host, now);
    expect(renewal.steps).toHaveLength(1);
    await meet(last(renewal).postgres, last(renewal).ca);
  });

  it("leaves an edge's certificate that is the customer's own", async () => {
    const [present, made, own] = [await make(380), await make(), await make(300)];
    const renewal = planRenewal({ ...present, edge: own.edge }, made, host, now);
    expect(renewal.steps.map(({ edge }) => edge)).toEqual([own.edge, own.edge]);
    expect(renewal.ownEdgeUntil?.getTime()).toBeCloseTo(now.getTime() + 97 * dayMs, -4);
  });

  it("gives the edge of a changed address its certificate in the first step, which no update would take before", async () => {
    const [present, made] = [await make(30, "old.example.com"), await make()];
    const renewal = planRenewal(present, made, host, now);
    expect(renewal.presentIsRefused).toBe(true);
    expect(renewal.steps.map(({ edge }) => edge)).toEqual([made.edge, made.edge]);
    expect(renewal.steps.map(({ postgres }) => postgres)).toEqual([present.postgres, made.postgres]);
    const [own] = [await make(30, "old.example.com")];
    expect(planRenewal({ ...present, edge: own.edge }, made, host, now).steps[0]?.edge).toEqual(own.edge);
  });

  it("lets go of the authority before the last, also after one that was cut off", async () => {
    const [first, second, third] = [await make(700), await make(380), await make()];
    const renewed = last(planRenewal(first, second, host, new Date(now.getTime() - 380 * dayMs)));
    expect(last(planRenewal(renewed, third, host, now)).ca).toBe(third.ca + second.ca);
    const cutOff = planRenewal(second, first, host, now).steps[0] ?? second;
    expect(last(planRenewal(cutOff, third, host, now)).ca).toBe(third.ca + second.ca);
  });
});
