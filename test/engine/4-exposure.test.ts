// The other ways of exposing the server, which need a controller of the customer's.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubectl, kubectlReading } from "./kubectl.ts";
import { makeProduct, type Product } from "./product.ts";

const name = "engine-exposure";
const controller = { className: "some-class", clients: [{ namespace: "controllers" }] };
let product: Product;

beforeAll(async () => {
  product = await makeProduct(name);
  await product.configure({ protection: "false", exposure: { kind: "ingress", ...controller } });
});
afterAll(() => product.remove());

const get = async (kind: string): Promise<unknown> =>
  JSON.parse(await kubectl("get", kind, "server", "--namespace", `${name}-server`, "--output", "json"));

describe("ingress", () => {
  test("is one Ingress of the class, with TLS, and no edge", async () => {
    await product.stack.up();
    expect(await get("ingress")).toMatchObject({
      metadata: { annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "0" } },
      spec: {
        ingressClassName: "some-class",
        tls: [{ hosts: ["localhost"], secretName: "edge-tls" }],
        rules: [
          {
            host: "localhost",
            http: {
              paths: [{ path: "/", backend: { service: { name: "server", port: { number: 8080 } } } }],
            },
          },
        ],
      },
    });
    const deployments = await kubectl("get", "deployments", "-n", `${name}-server`, "--output", "name");
    expect(deployments).toBe("deployment.apps/server");
  });

  test("is not changed by a second update", async () => {
    expect(await product.stack.planned()).toEqual([]);
  });
});

describe("gateway", () => {
  beforeAll(async () => {
    const definitions = [gatewayKind("Gateway", "gateways"), gatewayKind("HTTPRoute", "httproutes")];
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: definitions });
    await kubectlReading(list, "apply", "--filename", "-");
    const names = definitions.map(({ metadata }) => `customresourcedefinition/${metadata.name}`);
    await kubectl("wait", "--for", "condition=Established", ...names);
    await product.stack.set({ exposure: { kind: "gateway", ...controller } });
  });

  test("takes the place of the Ingress and touches nothing else", async () => {
    const steps = await product.stack.planned();
    expect(steps).toEqual([
      "create exposure",
      "create exposure-gateway",
      "create exposure-route",
      "delete exposure",
      "delete exposure-ingress",
    ]);
    await product.stack.up();
  });

  test("is a Gateway of the class with TLS, and a route without time limits", async () => {
    expect(await get("gateway")).toMatchObject({
      spec: {
        gatewayClassName: "some-class",
        listeners: [
          {
            protocol: "HTTPS",
            port: 30443,
            hostname: "localhost",
            tls: { certificateRefs: [{ name: "edge-tls" }] },
          },
        ],
      },
    });
    expect(await get("httproute")).toMatchObject({
      spec: {
        parentRefs: [{ name: "server", sectionName: "https" }],
        hostnames: ["localhost"],
        rules: [
          {
            backendRefs: [{ name: "server", port: 8080 }],
            timeouts: { request: "0s", backendRequest: "0s" },
          },
        ],
      },
    });
  });

  test("is not changed by a second update", async () => {
    expect(await product.stack.planned()).toEqual([]);
  });
});

describe("route", () => {
  test("is attached to a Gateway that exists, and makes none", async () => {
    const gateway = { name: "public", namespace: "gateways", listener: "https" };
    const clients = [{ cidr: "10.0.0.0/16" }];
    await product.stack.set({ exposure: { kind: "route", gateway, clients } });
    expect(await product.stack.planned()).toEqual([
      "delete exposure",
      "delete exposure-gateway",
      "delete exposure-tls",
      "update exposure-route",
      `update server:${name}-server/server`,
    ]);
    await product.stack.up();
    expect(await get("httproute")).toMatchObject({
      spec: { parentRefs: [{ name: "public", namespace: "gateways", sectionName: "https" }] },
    });
    expect(await kubectl("get", "gateways", "--all-namespaces", "--output", "name")).toBe("");
    expect(await get("networkpolicy")).toMatchObject({
      spec: { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/16" } }] }] },
    });
    expect(await product.stack.planned()).toEqual([]);
  });

  test("goes with the stack", async () => {
    await product.stack.destroy();
    expect(await product.stack.resources()).toEqual([]);
  });
});

/** As much of the Gateway API as a kind needs to exist. */
function gatewayKind(kind: string, plural: string) {
  const group = "gateway.networking.k8s.io";
  const openAPIV3Schema = {
    type: "object",
    properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      annotations: { "api-approved.kubernetes.io": "unapproved, experimental-only" },
    },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}
