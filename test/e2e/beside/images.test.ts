// The images themselves: each program starts in its own root file system, with nothing else of this machine.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { $ } from "zx";
import { haproxyConfig } from "../../../infra/exposure/haproxy.ts";
import {
  buildImages,
  type BuiltImage,
  type ImageName,
  imageNames,
} from "../../../scripts/lib/images/index.ts";
import { makeCertificates } from "../../../scripts/lib/stack/certificates.ts";
import { runIn, unpack } from "../support/root-fs.ts";

const quiet = { waitingFor: () => undefined, note: () => undefined };
const shell = $({ quiet: true, nothrow: true });

let scratch: string;
let images: readonly BuiltImage[];
const rootOf = (name: ImageName) => join(scratch, name);

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "kit-e2e-images-"));
  images = await buildImages(imageNames, quiet);
  for (const image of images) await unpack(image, rootOf(image.name));
});

afterAll(() => rm(scratch, { recursive: true }));

describe("images", () => {
  it.each(imageNames)("%s has no file that gives rights and no dangling link of a library", async (name) => {
    const root = rootOf(name);
    expect((await shell`find ${root} -perm /6000`).stdout).toBe("");
    expect((await shell`find ${root} -name *.so* -xtype l`).stdout).toBe("");
  });

  it.each(["server-evaluation", "edge", "coredns", "pause"] as const)("%s has no shell", async (name) => {
    expect((await shell`find ${rootOf(name)} -name sh -o -name bash -o -name dash`).stdout).toBe("");
  });

  it("postgres has PostgreSQL, pgBackRest and what the kit's programs call", async () => {
    expect(await output("postgres", "/usr/lib/postgresql/17/bin/postgres", "--version")).toContain(") 17.");
    expect(await output("postgres", "/usr/bin/pgbackrest", "version")).toContain("pgBackRest");
    const programs =
      "age awk base64 cut date df find flock grep head jq mkdir mv psql sed sha256sum sort stat sync zstd";
    const look = `. /opt/kit/lib/common.sh; for name in ${programs}; do hash "$name"; done; id -un`;
    expect(await output("postgres", "/usr/bin/env", "PATH=/usr/bin:/bin", "bash", "-c", look)).toBe(
      "postgres\n",
    );
  });

  it("postgres makes a cluster in the locale that its start program asks for", async () => {
    const start = await readFile(join(rootOf("postgres"), "opt/kit/bin/postgres-start"), "utf8");
    const flags = /initdb --pgdata \S+ ((?:.|\\\n)*?) >&2/.exec(start)?.[1]?.split(/[\s\\]+/) ?? [];
    expect(flags).toContain("builtin");
    const initdb = "/usr/lib/postgresql/17/bin/initdb";
    expect(await output("postgres", initdb, "--pgdata", "/tmp/cluster", ...flags)).toContain("Success.");
  });

  it("server-evaluation asks for its settings", async () => {
    const { exitCode, stderr } = await run("server-evaluation", "/usr/local/bin/node", "/app/server.js");
    expect(stderr).toContain("DXC_URL: is missing");
    expect(exitCode).toBe(2);
  });

  it("edge accepts the configuration that a stack gives it", async () => {
    const etc = join(rootOf("edge"), "etc/edge");
    const { edge } = await makeCertificates("e2e", "e2e-database", "localhost");
    await writeFile(join(etc, "tls/tls.crt"), edge.certificate);
    await writeFile(join(etc, "tls/tls.key"), edge.key);
    const config = haproxyConfig({ backend: "127.0.0.1:8080", tlsPort: 8443, healthPort: 8404 });
    await writeFile(join(etc, "config/haproxy.cfg"), config);
    const check = await run("edge", "/usr/sbin/haproxy", "-c", "-f", "/etc/edge/config/haproxy.cfg");
    expect(check).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("coredns tells its version", async () => {
    expect(await output("coredns", "/coredns", "-version")).toContain("CoreDNS-");
  });

  it("pause ends by a signal", async () => {
    const patience = ["--preserve-status", "--signal", "TERM", "1"];
    const pause = ["chroot", "--userspec=65532:65532", rootOf("pause"), "/pause"];
    expect((await shell`timeout ${patience} ${pause}`).exitCode).toBe(0);
  });
});

async function output(name: ImageName, ...command: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(name, ...command);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** Runs a program of an image as its user. */
const run = (name: ImageName, ...command: string[]) =>
  runIn(rootOf(name), name === "postgres" ? 999 : 65532, ...command);
