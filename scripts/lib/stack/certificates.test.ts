import { X509Certificate, createPrivateKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { coversHost } from "../../../infra/settings/x509.ts";
import { edgeNames, makeCertificates } from "./certificates.ts";

describe("certificates of a stack", () => {
  it("are signed by the stack's authority and carry the names clients use", async () => {
    const made = await makeCertificates("demo", "demo-database", "localhost");
    const ca = new X509Certificate(made.ca);
    const postgres = new X509Certificate(made.postgres.certificate);
    const edge = new X509Certificate(made.edge.certificate);

    expect(postgres.verify(ca.publicKey)).toBe(true);
    expect(postgres.checkIssued(ca)).toBe(true);
    expect(postgres.checkHost("postgres.demo-database.svc")).toBe("postgres.demo-database.svc");
    expect(postgres.checkHost("postgres.other.svc")).toBeUndefined();
    expect(edge.checkHost("localhost")).toBe("localhost");
    expect(edge.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(edge.checkPrivateKey(createPrivateKey(made.edge.key))).toBe(true);
    expect(edge.checkPrivateKey(createPrivateKey(made.postgres.key))).toBe(false);
  });

  it("let the backup certificate act as a client only", async () => {
    const made = await makeCertificates("demo", "demo-database", "dexie.example.com");
    const backup = new X509Certificate(made.backup.certificate);
    expect(backup.subject).toBe("CN=backup");
    expect(backup.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  });

  it.each(["192.0.2.7", "2001:db8::1"])(
    "are valid for a public host that is the address %s",
    async (address) => {
      const { edge } = await makeCertificates("demo", "demo-database", address);
      expect(coversHost(edge.certificate, address)).toBe(true);
    },
  );

  it("name the public host", () => {
    expect(edgeNames("127.0.0.1")).toEqual(["localhost", "127.0.0.1"]);
    expect(edgeNames("dexie.example.com")).toEqual(["dexie.example.com"]);
  });
});
