import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { preview } from "../../scripts/lib/pulumi/index.ts";
import { kubectl } from "./kubectl.ts";
import { formsOf, programFolder, TestStack } from "./test-stack.ts";

const password = "correct-horse-battery-staple";
const name = "engine-changes";
let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.make(name, programFolder("app"));
  await stack.set({ kubeconfig: inject("kubeconfig"), chart: "true" });
  await stack.set({ password }, { secret: true });
});
afterAll(() => stack.remove());

describe("the first update", () => {
  test("makes the objects, and those of the chart without its hooks", async () => {
    await stack.up();
    const types = (await stack.resources()).map(({ urn }) => urn.split("::").slice(2).join(" "));
    expect(types.filter((type) => type.includes("Chart")).sort()).toEqual([
      "kubernetes:helm.sh/v4:Chart chart",
      `kubernetes:helm.sh/v4:Chart$kubernetes:core/v1:ConfigMap chart:${name}/greeting`,
      `kubernetes:helm.sh/v4:Chart$kubernetes:core/v1:Secret chart:${name}/greeting`,
      `kubernetes:helm.sh/v4:Chart$kubernetes:rbac.authorization.k8s.io/v1:ClusterRole chart:${name}-greeting`,
    ]);
    expect(await kubectl("get", "pod", "--namespace", name, "--output", "name")).not.toContain("greeting");
    expect(await kubectl("get", "secret", "credentials", "-n", name, "-o", "jsonpath={.data.password}")).toBe(
      Buffer.from(password).toString("base64"),
    );
  });

  test("is followed by one that changes nothing", async () => {
    expect(await stack.planned()).toEqual([]);
    expect(await stack.up()).toContain("unchanged");
  });

  test("leaves no secret in the state, the stack file or the plan", async () => {
    const exported = await stack.run("preview", "--json", "--show-sames");
    const written = (await stack.stateText()) + exported.stdout;
    for (const form of formsOf(password)) expect(written).not.toContain(form);
  });

  test("keeps the inputs in the state under the names the official plugin uses", async () => {
    const settings = (await stack.resources()).find(({ urn }) => urn.endsWith("ConfigMap::settings"));
    expect(settings?.outputs).toMatchObject({
      __inputs: { data: { text: "first" } },
      __initialApiVersion: "v1",
    });
  });
});

describe("a changed setting", () => {
  test("replaces the ConfigMap and all that depends on it by the provider's default", async () => {
    await stack.set({ text: "second" });
    const steps = await stack.planned();
    expect(steps).toEqual(expect.arrayContaining(["replace settings", "replace web"]));
  });

  test("updates the ConfigMap in place when the provider is told that it may", async () => {
    await stack.set({ text: "first", mutable: "true" });
    await stack.up();
    await stack.set({ text: "second" });
    expect(await stack.planned()).toEqual([`update chart:${name}/greeting`, "update settings"]);
    await stack.up();
    expect(await kubectl("get", "configmap", "settings", "-n", name, "-o", "jsonpath={.data.text}")).toBe(
      "second",
    );
  });

  test("updates the Secret in place, and says so without saying it", async () => {
    await stack.set({ password: `${password}-2` }, { secret: true });
    const shown = await preview(stack.workspace);
    expect(shown).toMatch(/credentials/);
    for (const form of formsOf(password)) expect(shown).not.toContain(form);
    const steps = await stack.planned();
    expect(steps).toContain("update credentials");
    expect(steps.filter((step) => /replace|delete/.test(step))).toEqual([]);
    await stack.up();
  });

  test("of replicas updates the Deployment and replaces nothing", async () => {
    await stack.set({ replicas: "2" });
    expect(await stack.planned()).toEqual(["update web"]);
    await stack.up();
  });
});

describe("drift", () => {
  test("is not seen where the API server only writes a value another way", async () => {
    await stack.refresh();
    expect(await stack.planned()).toEqual([]);
  });

  test("is seen by a refresh, and the next update puts it back", async () => {
    await kubectl("scale", "deployment/web", "--replicas", "5", "-n", name);
    await kubectl(
      "patch",
      "configmap/settings",
      "-n",
      name,
      "--type",
      "merge",
      "-p",
      '{"data":{"text":"edited"}}',
    );
    await kubectl("delete", "secret/credentials", "-n", name);
    await stack.refresh();
    expect(await stack.planned()).toEqual(["create credentials", "update settings", "update web"]);
    await stack.up();
    expect(await kubectl("get", "deployment/web", "-n", name, "-o", "jsonpath={.spec.replicas}")).toBe("2");
    expect(await kubectl("get", "configmap/settings", "-n", name, "-o", "jsonpath={.data.text}")).toBe(
      "second",
    );
  });
});

describe("destroy", () => {
  test("stops at a protected resource before anything is deleted", async () => {
    await stack.set({ protect: "true" });
    await stack.up();
    const before = await stack.resources();
    const refused = await stack.run("destroy", "--yes");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/protect/);
    expect(await stack.resources()).toHaveLength(before.length);
    await kubectl("get", "deployment/web", "-n", name);
  });

  test("removes everything once that is let go", async () => {
    await stack.set({ protect: "false" });
    await stack.up();
    await stack.destroy();
    expect(await stack.resources()).toEqual([]);
    expect(await kubectl("get", "namespace", name, "--ignore-not-found", "-o", "name")).toBe("");
  });
});
