import { describe, expect, it } from "vitest";
import { kubectlError, linesOf } from "./kubectl.ts";

const local = {
  stack: "demo",
  kubeconfig: "/k",
  context: "kit-local",
  databaseNamespace: "demo-database",
  serverNamespace: "demo-server",
};

describe("a kubectl that failed", () => {
  const args = ["get", "pods", "-n", "demo-database", "-o", "json"];
  it.each([
    ["The connection to the server 10.0.0.1:6443 was refused", local, "./kit local start"],
    ['error: context "kit-local" does not exist', local, "./kit local start"],
    [
      "Unable to connect to the server: dial tcp: i/o timeout",
      { ...local, context: "production" },
      "kubectl --kubeconfig /k --context production cluster-info",
    ],
    [
      "error: You must be logged in to the server (Unauthorized)",
      { ...local, context: "production" },
      "kubectl --kubeconfig /k --context production cluster-info",
    ],
    ['Error from server (Forbidden): pods "a" is forbidden', local, "./kit status --stack demo"],
  ])("%s", (said, cluster, next) => {
    const error = kubectlError(cluster, args, said);
    expect(error).toMatchObject({ exit: "failed", why: said, next });
  });
});

it("tells all that a login program says, and no log line", () => {
  const log =
    'E1129 00:05:16.6 211 memcache.go:265] "Unhandled Error" err=<\n\tgetting credentials\n\t\n >\n';
  const said = `log in first: cloud login\n${log}log in first: cloud login\nUnable to connect to the server: exec: executable cloud not found\n\nInstall it:\n      https://cloud.example.com\n`;
  const lines = [
    "log in first: cloud login",
    "Unable to connect to the server: exec: executable cloud not found",
    "Install it:",
    "https://cloud.example.com",
  ];
  expect(linesOf(said)).toEqual(lines);
  expect(kubectlError({ ...local, context: "production" }, ["get", "pods"], said).why.split(/\n +/)).toEqual(
    lines,
  );
});
