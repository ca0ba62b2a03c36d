import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { StateResource } from "../pulumi/index.ts";
import { databaseAnswers } from "../backups/inspect.ts";
import { protectionRefusal, takeLastBackup } from "./destroy.ts";

vi.mock("../backups/inspect.ts", () => ({ databaseAnswers: vi.fn() }));

const resource = (name: string, protect: boolean): StateResource => ({
  urn: `urn:pulumi:office::dexie-cloud-kit::kubernetes:core/v1:PersistentVolumeClaim::${name}`,
  type: "kubernetes:core/v1:PersistentVolumeClaim",
  protect,
});
const office = { stack: "office", stateFolder: undefined, pulumi: "/cache/pulumi", env: {} };
const state = (...resources: StateResource[]) => ({ deployment: { resources } });

describe("a protected stack", () => {
  it("is refused with the commands that let go", () => {
    const refusal = protectionRefusal(
      office,
      { protection: true },
      state(resource("database-data", true), resource("edge", false)),
    );
    expect(refusal?.exit).toBe("usage");
    expect(refusal?.why).toBe("database-data hold data and are locked against deletion");
    expect(refusal?.next).toBe(
      "pulumi config set protection false --stack office && ./kit up --stack office && ./kit destroy --stack office",
    );
  });

  it("needs only up when the setting is off already", () => {
    const refusal = protectionRefusal(office, { protection: false }, state(resource("database-data", true)));
    expect(refusal?.next).toBe("./kit up --stack office && ./kit destroy --stack office");
  });

  it.each([[state()], [state(resource("database-data", false))], [{ deployment: {} }]])(
    "is not one when nothing is locked: %j",
    (unlocked) => {
      expect(protectionRefusal(office, { protection: true }, unlocked)).toBeUndefined();
    },
  );
});

it("without a database, the last backup of a destruction that was cut off is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "last-backups-"));
  const cluster = { stack: "office", kubeconfig: "/k", databaseNamespace: "", serverNamespace: "" };
  const phase = { waitingFor: () => undefined, note: () => undefined };
  const take = () => takeLastBackup(cluster, join(folder, "office-2026-11-28T231500.000Z.tar"), phase);
  vi.mocked(databaseAnswers).mockResolvedValue(false);
  try {
    await writeFile(join(folder, "office-west-2026-11-28T221500.000Z.tar"), "");
    await expect(take()).rejects.toMatchObject({ next: "./kit status --stack office" });
    await writeFile(join(folder, "office-2026-11-27T221500.000Z.tar"), "");
    await writeFile(join(folder, "office-2026-11-28T221500.000Z.tar"), "");
    await expect(take()).rejects.toMatchObject({
      why: expect.stringContaining(`${folder}/office-2026-11-28T221500.000Z.tar`) as string,
      next: "./kit destroy --without-backup --stack office, where that one is enough",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
