import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubectl } from "./kubectl.ts";
import { makeProduct, type Product } from "./product.ts";
import { formsOf, type TestStack } from "./test-stack.ts";

const name = "engine-product";
const inServer = ["--namespace", `${name}-server`];
let product: Product;
let stack: TestStack;

beforeAll(async () => {
  product = await makeProduct(name);
  stack = product.stack;
});
afterAll(() => product.remove());

const plain = (key: string): object => product.settings.plain[key] as object;
const newer = (image: string): string => image.replace(/\w+$/, "f".repeat(64));
const isSetUpJob = (step: string): boolean => step.includes("server-init-");
const serverPods = async (): Promise<string[]> => {
  const component = "app.kubernetes.io/component=server";
  const uids = await kubectl(
    "get",
    "pods",
    ...inServer,
    "-l",
    component,
    "-o",
    "jsonpath={.items[*].metadata.uid}",
  );
  return uids.split(" ");
};
const uidOf = (object: string): Promise<string> =>
  kubectl("get", object, ...inServer, "-o", "jsonpath={.metadata.uid}");

describe("wrong settings", () => {
  test("none at all: all that is missing is told, with the exit code for wrong settings", async () => {
    await expect(stack.plan()).rejects.toMatchObject({
      exit: "usage",
      why: expect.stringMatching(
        /target: is missing.*\n[\s\S]*keys: is missing.*\n[\s\S]*credentials: is missing/,
      ) as string,
    });
  });

  test("each fault is told with its key", async () => {
    await product.configure({ server: { ...plain("server"), replicas: 0, nonsense: true } });
    await expect(stack.plan()).rejects.toMatchObject({
      exit: "usage",
      why: expect.stringMatching(
        /server\.replicas: must be 1 or more, such as 2\n[\s\S]*server\.nonsense: is not a setting/,
      ) as string,
    });
    await stack.set({ server: plain("server") });
  });
});

describe("a new stack", () => {
  test("is planned as a whole before the cluster has any of it", async () => {
    const { steps } = await stack.plan();
    expect(steps.every(({ op }) => op === "create")).toBe(true);
    expect(steps.map((step) => step.name)).toContain(`database:${name}-database/postgres`);
  });

  test("comes up although its set-up job fails many times at first, and its pods are ready", async () => {
    product.node.jobsFail = true;
    const seen = () =>
      kubectl("get", "jobs", ...inServer, "-o", "jsonpath={.items[*].status.ready}").catch(() => "");
    const mended = expect.poll(seen, { timeout: 240_000 }).toBe("1");
    await Promise.all([stack.up(), mended.then(() => (product.node.jobsFail = false))]);
    const ready = (object: string, namespace: string) =>
      kubectl("get", object, "--namespace", namespace, "-o", "jsonpath={.status.readyReplicas}");
    expect(await ready("deployment/server", `${name}-server`)).toBe("2");
    expect(await ready("deployment/edge", `${name}-server`)).toBe("2");
    expect(await ready("statefulset/postgres", `${name}-database`)).toBe("1");
  });

  test("has the login of the registry in both namespaces, and every pod pulls with it", async () => {
    for (const namespace of [`${name}-server`, `${name}-database`]) {
      const login = await kubectl("get", "secret/registry", "-n", namespace, "-o", "jsonpath={.data}");
      const { ".dockerconfigjson": encoded = "" } = JSON.parse(login) as Record<string, string>;
      expect(JSON.parse(Buffer.from(encoded, "base64").toString())).toEqual(product.settings.secret.registry);
      const ofEachPod = 'jsonpath={range .items[*]}{.spec.imagePullSecrets[*].name}{"\\n"}{end}';
      const logins = (await kubectl("get", "pods", "-n", namespace, "-o", ofEachPod)).split("\n");
      expect([...new Set(logins)]).toEqual(["registry"]);
    }
  });

  test("is not changed by a second update", async () => {
    expect(await stack.planned()).toEqual([]);
  });

  test("shows no drift after a refresh", async () => {
    await stack.refresh();
    expect(await stack.planned()).toEqual([]);
  });

  test("leaves no secret in state, stack file or plan, neither as it is nor in base64", async () => {
    const { stdout } = await stack.run("preview", "--json", "--show-sames");
    const written = (await stack.stateText()) + stdout;
    const kek = await readFile(join(dirname(stack.workspace.configFile), "kek.txt"), "utf8");
    const [identity = ""] = /AGE-SECRET-KEY-\w+/.exec(kek) ?? [];
    expect(identity).not.toBe("");
    for (const form of [...product.settings.hidden, identity].flatMap(formsOf)) {
      expect(written.includes(form)).toBe(false);
    }
  });
});

describe("a changed setting", () => {
  test("of images, server and backups is changed in place; only the set-up job is another one", async () => {
    const images = Object.entries(plain("images")).map(([key, image]) => [key, newer(String(image))]);
    const schedule = { full: "0 3 * * 0", incremental: "15 * * * *" };
    await stack.set({
      images: Object.fromEntries(images) as object,
      server: { ...plain("server"), logLevel: "debug" },
      backups: { ...plain("backups"), schedule },
    });
    const steps = await stack.planned();
    expect(steps.filter((step) => !isSetUpJob(step))).toEqual(
      [
        `update database:${name}-database/backup-full`,
        `update database:${name}-database/backup-incremental`,
        `update database:${name}-database/inspect`,
        `update database:${name}-database/postgres`,
        `update database:${name}-database/restore`,
        "update edge",
        `update server:${name}-server/server`,
        `update server:${name}-server/server-settings`,
      ].sort(),
    );
    expect(steps.filter((step) => isSetUpJob(step) && !/^(create|delete) /.test(step))).toEqual([]);
  });

  test("of sizes and replica counts replaces nothing", async () => {
    await stack.set({
      images: plain("images"),
      server: { ...plain("server"), replicas: 3 },
      database: { ...plain("database"), storage: "30Gi" },
      backups: { ...plain("backups"), repository: { kind: "volume", size: "60Gi" } },
    });
    expect(await stack.planned()).toEqual([
      "update backups-repository",
      "update database-data",
      `update server:${name}-server/server`,
    ]);
    await stack.up();
    const size = "jsonpath={.spec.resources.requests.storage}";
    const claim = ["get", "persistentvolumeclaim/data-postgres-0", "--namespace", `${name}-database`];
    expect(await kubectl(...claim, "-o", size)).toBe("30Gi");
  });
});

describe("a changed secret", () => {
  test("rolls the pods that read it and replaces no Deployment", async () => {
    const [deployment, pods] = [await uidOf("deployment/server"), await serverPods()];
    const serverSecret = "another-secret-of-at-least-32-characters";
    const { credentials } = product.settings.secret;
    await stack.set({ credentials: { ...credentials, serverSecret } }, { secret: true });
    const steps = await stack.planned();
    expect(steps).toEqual(["update server-server-config", `update server:${name}-server/server`]);
    await stack.up();
    expect(await uidOf("deployment/server")).toBe(deployment);
    const kept = async () => (await serverPods()).filter((uid) => pods.includes(uid));
    await expect.poll(kept, { timeout: 60_000 }).toEqual([]);
  });
});

describe("a changed password of the database", () => {
  test("rolls the server, and leaves the database running, which follows it by itself", async () => {
    const { credentials } = product.settings.secret;
    const ownerPassword = "another-password-of-32-characters-or-more";
    await stack.set({ credentials: { ...credentials, ownerPassword } }, { secret: true });
    expect(await stack.planned()).toEqual([
      "update database-postgres-credentials",
      "update server-server-config",
      `update server:${name}-server/server`,
    ]);
    await stack.up();
  });
});

describe("drift", () => {
  test("by hand is seen, and put back", async () => {
    await kubectl("scale", "deployment/server", ...inServer, "--replicas", "1");
    await kubectl("delete", "networkpolicy/default-deny", ...inServer);
    await stack.refresh();
    const steps = await stack.planned();
    expect(steps).toEqual(["create server-namespace-deny", `update server:${name}-server/server`]);
    await stack.up();
    expect(await kubectl("get", "deployment/server", ...inServer, "-o", "jsonpath={.spec.replicas}")).toBe(
      "3",
    );
  });
});

describe("destroy", () => {
  test("keeps everything while what holds data is protected", async () => {
    const before = (await stack.resources()).length;
    const refused = await stack.run("destroy", "--yes");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/protect/);
    expect(await stack.resources()).toHaveLength(before);
    await kubectl("get", "deployment/server", ...inServer);
  });

  test("removes everything once that is let go", async () => {
    await stack.set({ protection: "false" });
    expect(await stack.planned()).toEqual(["update database-namespace"]);
    await stack.up();
    await stack.destroy();
    expect(await stack.resources()).toEqual([]);
    const left = await kubectl("get", "namespaces", "--output", "name");
    expect(left).not.toContain(name);
  });
});
