import { describe, expect, it } from "vitest";
import type { StateResource } from "../pulumi/index.ts";
import { protectionRefusal } from "./destroy.ts";

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
