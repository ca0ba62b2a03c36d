// The program that keeps IPv6 off the pods' links, in a network namespace of its own.
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { $ } from "zx";
import { tool } from "../../../scripts/lib/tools/index.ts";

let folder: string;
let program: string;

beforeAll(async () => {
  program = await tool("network-policies");
  folder = await mkdtemp(join(tmpdir(), "kit-e2e-links-"));
  const kubeconfig = {
    clusters: [{ name: "none", cluster: { server: "http://127.0.0.1:1" } }],
    contexts: [{ name: "none", context: { cluster: "none" } }],
    "current-context": "none",
  };
  await writeFile(join(folder, "kubeconfig"), stringify(kubeconfig));
});
afterAll(() => rm(folder, { recursive: true }));

// It gives up when no API answers within a minute, so the tests have less.
const prelude = `
  bridge=kit-test-pods
  ip link add $bridge type bridge
  ip link set lo up
  "$0" --kubeconfig "$1/kubeconfig" --bridge $bridge 2>"$1/log" &
  trap "kill -KILL $!" EXIT
  pod() { ip link add $1 type veth peer name $1-end; ip link set $1 master $bridge up; }
  expect() {
    for try in $(seq 200); do "$@" && return; sleep 0.1; done
    echo "failed: $*"
  }
  is_quiet() { grep -q 1 /proc/sys/net/ipv6/conf/$1/disable_ipv6; }
`;

describe.skipIf(!existsSync("/proc/sys/net/ipv6"))("links of pods", () => {
  it("get no IPv6, whenever they come", async () => {
    expect(
      await inNamespace(
        "pod one; expect is_quiet $bridge; expect is_quiet one; pod two; expect is_quiet two",
      ),
    ).toBe("");
  });

  it("get none either after more changes of links than the kernel can keep for it", async () => {
    const said = await inNamespace(`
      expect is_quiet $bridge
      kill -STOP $!
      for number in $(seq 1000); do echo "link set lo alias change-$number"; done | ip -batch -
      kill -CONT $!
      expect grep -q "no buffer space" "$1/log"
      pod one; expect is_quiet one`);
    expect(said).toBe("");
  });
});

async function inNamespace(script: string): Promise<string> {
  return (await $({ quiet: true })`unshare --net sh -c ${prelude + script} ${program} ${folder}`).stdout;
}
