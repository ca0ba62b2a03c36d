import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { KitError } from "../errors.ts";
import type { Patience } from "./download.ts";
import { parseLock } from "./lock.ts";
import { provide } from "./provide.ts";
import type { Toolbox } from "./toolbox.ts";

// A download site on loopback. Each test says how it behaves.
type Site = (request: IncomingMessage, response: ServerResponse) => void;
let site: Site;
let server: Server;
let requests: number;
let folder: string;
let archive: Buffer;
let said: string[];

beforeAll(async () => {
  const work = mkdtempSync(join(tmpdir(), "kit-archive-"));
  mkdirSync(join(work, "linux"));
  writeFileSync(join(work, "linux", "hello"), "#!/bin/sh\necho hello 1.0.0\n", { mode: 0o755 });
  writeFileSync(join(work, "linux", "README"), "x".repeat(100_000));
  await create({ gzip: true, file: join(work, "all.tgz"), cwd: work }, ["linux"]);
  archive = readFileSync(join(work, "all.tgz"));
  rmSync(work, { recursive: true });
});

beforeEach(async () => {
  requests = 0;
  said = [];
  folder = mkdtempSync(join(tmpdir(), "kit-tools-"));
  server = createServer((request, response) => {
    requests += 1;
    site(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");

/** More than a busy machine ever takes. */
const patience: Patience = { answerMs: 60_000, silenceMs: 60_000, least: { bytes: 0, ms: 60_000 } };

/** A lock of one tool that the site offers, with the given checksum and what else stands in its entry. */
function toolbox(sum = sha256(archive), more = ""): Toolbox {
  const { port } = server.address() as AddressInfo;
  const download = `{ url: "http://127.0.0.1:${port}/hello.tgz", sha256: "${sum}", take: [linux/hello] }`;
  return {
    lock: parseLock(`hello: { version: 1.0.0, downloads: { x64: ${download}, arm64: ${download} }${more} }`),
    cache: join(folder, "cache"),
    bundle: join(folder, "bundle"),
    modules: join(folder, "modules"),
    path: "",
    patience,
    report: (line) => said.push(line),
  };
}

/** What is in the cache besides locks. */
const kept = (): string[] => readdirSync(join(folder, "cache")).filter((entry) => entry !== ".locks");

const whole: Site = (_, response) => response.end(archive);
const cutOff: Site = (_, response) => {
  response.writeHead(200, { "content-length": archive.length });
  response.write(archive.subarray(0, 100), () => response.destroy());
};
const stops: Site = (_, response) => {
  response.writeHead(200, { "content-length": archive.length });
  response.write(archive.subarray(0, 100));
};
const trickles: Site = (_, response) => {
  response.writeHead(200, { "content-length": archive.length });
  const timer = setInterval(() => response.write("x"), 50);
  response.on("close", () => clearInterval(timer));
};
const silent: Site = () => undefined;
const missing: Site = (_, response) => response.writeHead(404).end();
const hangsUp: Site = (request) => request.socket.destroy();

describe("a download", () => {
  it("is verified, unpacked and kept", async () => {
    site = whole;
    const path = await provide("hello", toolbox());
    expect(readFileSync(path, "utf8")).toContain("hello 1.0.0");
    expect(kept()).toEqual([expect.stringMatching(/^hello-1\.0\.0-[0-9a-f]{12}$/)]);
    expect(readdirSync(join(path, "../..")).sort()).toEqual(["bin", "tool.json"]);
  });

  it("is on the disk before it has its name", async () => {
    site = whole;
    const seen: string[][] = [];
    await using handle = await open(import.meta.filename);
    const sync = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, "sync");
    sync.mockImplementation(() => Promise.resolve(void seen.push(kept())));
    onTestFinished(() => sync.mockRestore());
    await provide("hello", toolbox());
    const unfinished = [expect.stringMatching(/^\.hello-/)];
    expect(seen).toEqual([unfinished, unfinished]);
  });

  it("is made once", async () => {
    site = whole;
    await provide("hello", toolbox());
    await provide("hello", toolbox());
    expect(requests).toBe(1);
  });

  it("with a wrong checksum is an error that says both, and nothing of it is kept", async () => {
    site = whole;
    const error = await provide("hello", toolbox("0".repeat(64))).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KitError);
    expect((error as KitError).exit).toBe("checksum");
    expect((error as KitError).why).toContain(sha256(archive));
    expect(kept()).toEqual([]);
  });

  it.each<[string, Site, string, Partial<Patience>]>([
    ["cut off", cutOff, "cannot be reached", {}],
    ["slow", stops, "stopped sending", { silenceMs: 400 }],
    ["a trickle", trickles, "sent less than", { least: { bytes: 50, ms: 800 } }],
    ["not answered", silent, "did not answer", { answerMs: 400 }],
    ["not there", missing, "answered 404", {}],
    ["refused", hangsUp, "cannot be reached", {}],
  ])("that is %s is given up, and nothing of it is kept", async (_, behaviour, reason, impatience) => {
    site = behaviour;
    const box = { ...toolbox(), patience: { ...patience, ...impatience } };
    await expect(provide("hello", box)).rejects.toMatchObject({
      exit: "failed",
      why: expect.stringContaining(reason) as string,
    });
    expect(kept()).toEqual([]);
  });

  it("is not tried again from a site that could not be reached", async () => {
    site = hangsUp;
    await expect(provide("hello", toolbox())).rejects.toThrow();
    const asked = requests;
    await expect(provide("hello", toolbox())).rejects.toThrow();
    expect(requests).toBe(asked);
  });

  it("goes where the site leads", async () => {
    site = (request, response) =>
      request.url === "/hello.tgz"
        ? response.writeHead(302, { location: "/elsewhere.tgz" }).end()
        : whole(request, response);
    expect(existsSync(await provide("hello", toolbox()))).toBe(true);
  });

  it("goes over the machine's proxy", async () => {
    const asked: (string | undefined)[] = [];
    site = (request, response) => {
      asked.push(request.url);
      whole(request, response);
    };
    const { port } = server.address() as AddressInfo;
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${port}`);
    const box = toolbox();
    const behind = JSON.parse(
      JSON.stringify(box.lock).replaceAll(`127.0.0.1:${port}`, "downloads.example"),
    ) as Toolbox["lock"];
    await provide("hello", { ...box, lock: behind }).finally(() => vi.unstubAllEnvs());
    expect(asked).toEqual(["http://downloads.example/hello.tgz"]);
  });

  it("that fails is followed by the next way", async () => {
    const { port } = server.address() as AddressInfo;
    site = (request, response) => (request.url === "/hello.tgz" ? missing : whole)(request, response);
    const box = toolbox(undefined, ", build: { partOf: all }");
    const download = `{ url: "http://127.0.0.1:${port}/all.tgz", sha256: "${sha256(archive)}", take: [linux/hello] }`;
    const all = parseLock(
      `all: { version: 2.0.0, executable: hello, downloads: { x64: ${download}, arm64: ${download} } }`,
    );
    const path = await provide("hello", { ...box, lock: { ...box.lock, ...all } });
    expect(path).toContain("/all-2.0.0-");
  });
});

describe("a build with Go", () => {
  it("that fails, such as without a network, says what Go said", async () => {
    const programs = join(folder, "programs");
    mkdirSync(programs);
    mkdirSync(join(folder, "modules", "hello"), { recursive: true });
    const go = '[ "$1" = version ] && echo go1.24.1 && exit; echo "dial tcp: no route to host" >&2; exit 1';
    writeFileSync(join(programs, "go"), `#!/bin/sh\n${go}\n`, { mode: 0o755 });
    const lock = parseLock(`
      go: { version: "1.24", onPath: { arguments: [version], from: 1.21.0 } }
      hello: { version: 1.0.0, build: { go: { module: hello, packages: [.] } } }
    `);
    await expect(provide("hello", { ...toolbox(), lock, path: programs })).rejects.toMatchObject({
      exit: "failed",
      why: expect.stringContaining("no route to host") as string,
    });
    expect(kept()).toEqual([]);
  });
});

describe("two runs at once", () => {
  it("make a tool once", async () => {
    site = (request, response) => void setTimeout(() => whole(request, response), 200);
    const [one, other] = await Promise.all([provide("hello", toolbox()), provide("hello", toolbox())]);
    expect(one).toBe(other);
    expect(requests).toBe(1);
    expect(kept()).toHaveLength(1);
  });
});

describe("a bundle", () => {
  it("is used before anything is downloaded", async () => {
    site = whole;
    const { cache, ...box } = toolbox();
    await provide("hello", { ...box, cache: box.bundle });
    const path = await provide("hello", { ...box, cache });
    expect(path).toContain(box.bundle);
    expect(requests).toBe(1);
  });
});

describe("a killed run", () => {
  it("leaves no half tool, and the next run completes it", async () => {
    const begun = new Promise<void>((resolve) => {
      site = (request, response) => {
        stops(request, response);
        resolve();
      };
    });
    const child = fork(join(import.meta.dirname, "provide.child.ts"), { stdio: "ignore" });
    child.send({ ...toolbox(), report: undefined });
    await begun;
    expect(kept()).toEqual([expect.stringMatching(/^\.hello/)]);
    child.kill("SIGKILL");
    await once(child, "exit");

    site = whole;
    expect(existsSync(await provide("hello", toolbox()))).toBe(true);
    expect(kept()).toEqual([expect.stringMatching(/^hello-1\.0\.0-/)]);
  });
});
