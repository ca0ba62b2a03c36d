import { expect, test } from "vitest";
import {
  fromApiKeys,
  fromToken,
  secretPaths,
  toApiKeys,
  tokenOfUrn,
  toToken,
  type Manifest,
} from "./k8s-object.ts";

test.each([
  ["kubernetes:core/v1:Secret", "v1", "Secret"],
  ["kubernetes:apps/v1:Deployment", "apps/v1", "Deployment"],
  ["kubernetes:gateway.networking.k8s.io/v1:Gateway", "gateway.networking.k8s.io/v1", "Gateway"],
])("%s", (token, apiVersion, kind) => {
  expect(fromToken(token)).toEqual({ apiVersion, kind });
  expect(toToken({ apiVersion, kind, metadata: { name: "x" } })).toBe(token);
});

test("the token of a child is the last of the types in its URN", () => {
  const urn = "urn:pulumi:s::p::kit:database:Database$kubernetes:core/v1:Secret::logins";
  expect(tokenOfUrn(urn)).toBe("kubernetes:core/v1:Secret");
});

test("a CustomResourceDefinition's keys have underscores in the program and hyphens at the API server", () => {
  const schema = (separator: string): Manifest => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.com" },
    spec: {
      versions: [
        {
          schema: {
            openAPIV3Schema: {
              [`x${separator}kubernetes${separator}int${separator}or${separator}string`]: true,
            },
          },
        },
      ],
    },
  });
  expect(toApiKeys(schema("_"))).toEqual(schema("-"));
  expect(fromApiKeys(schema("-"))).toEqual(schema("_"));
});

test("other kinds keep their keys", () => {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { x_kubernetes_a: "b" },
  };
  expect(toApiKeys(object)).toEqual(object);
});

test("every value of a Secret is secret, whether the program marked it or not", () => {
  const paths = secretPaths({ kind: "Secret" }, []);
  expect(paths).toEqual(expect.arrayContaining([["data"], ["stringData"]]));
  expect(secretPaths({ kind: "ConfigMap" }, [["data", "a"]])).toEqual([["data", "a"]]);
});
