import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import {
  containerdConfig,
  corefile,
  encryptionConfig,
  kubeadmConfig,
  kubeletConfig,
  networkConfig,
  proxyConfig,
} from "./configs.ts";

describe("configuration of the node", () => {
  it("names the pause image and the programs of this machine", () => {
    const toml = containerdConfig(
      { runc: "/tools/runc", cniPlugins: "/tools/cni/bridge" },
      "localhost/pause@sha256:1",
    );
    expect(toml).toContain(`sandbox_image = "localhost/pause@sha256:1"`);
    expect(toml).toContain(`BinaryName = "/tools/runc"`);
    expect(toml).toContain(`bin_dir = "/tools/cni"`);
  });

  it("never lets images be removed: they cannot be pulled again", () => {
    expect(parse(kubeletConfig("/r"))).toMatchObject({ imageGCHighThresholdPercent: 100 });
  });

  it("runs with control groups of version 1 and without systemd", () => {
    expect(parse(kubeletConfig("/r"))).toMatchObject({ failCgroupV1: false, cgroupDriver: "cgroupfs" });
  });

  it("opens node ports on loopback alone", () => {
    expect(parse(proxyConfig("/k"))).toMatchObject({
      mode: "iptables",
      nodePortAddresses: ["127.0.0.0/8"],
      iptables: { localhostNodePorts: true },
    });
  });

  it("gives pods no IPv6, where the machine has it", () => {
    const types = (hasIpv6: boolean) =>
      (JSON.parse(networkConfig(hasIpv6)) as { plugins: { type: string }[] }).plugins.map(({ type }) => type);
    expect(types(true)).toEqual(["bridge", "tuning"]);
    expect(types(false)).toEqual(["bridge"]);
  });

  it("asks the machine's name servers for outside names, where it has some", () => {
    const outside = (resolvers: string[]) => corefile(resolvers).split(".:53 ")[1];
    expect(outside(["192.0.2.1", "192.0.2.2"])).toContain("forward . 192.0.2.1 192.0.2.2\n");
    expect(outside([])).toMatch(/template ANY ANY \{\s+rcode NXDOMAIN/);
    expect(outside([])).not.toContain("forward");
  });

  it("encrypts Secrets before anything else", () => {
    const key = Buffer.alloc(32, 7);
    const { resources } = parse(encryptionConfig(key)) as { resources: [{ providers: object[] }] };
    expect(resources[0].providers[0]).toEqual({
      secretbox: { keys: [{ name: "key1", secret: key.toString("base64") }] },
    });
  });

  it("gives pods addresses of the range that the controllers hand out to the first node", () => {
    const cluster = parseAllDocuments(kubeadmConfig("v1.34.4"))[1]?.toJS() as {
      networking: { podSubnet: string };
    };
    expect(cluster.networking.podSubnet).toBe("10.244.0.0/16");
    expect(networkConfig(true)).toContain(`"subnet": "10.244.0.0/24"`);
  });
});
