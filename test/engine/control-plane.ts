// A real Kubernetes API without a node: etcd, API server and controllers on loopback. Pods are never started.
import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { stringify } from "yaml";
import { endingWithUs } from "../../evaluation-server/test/ending.ts";
import { freePort } from "../../evaluation-server/test/ports.ts";

export interface ControlPlane {
  /** A kubeconfig with full rights; its context is `control-plane`. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export interface ControlPlaneTools {
  readonly etcd: string;
  readonly hyperkube: string;
}

const readyWithinMs = 150_000;

export async function startControlPlane(tools: ControlPlaneTools): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), "control-plane-"));
  const processes = new Processes(folder);
  const stop = async () => {
    await processes.end();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const kubeconfig = await start(tools, folder, processes);
    return { kubeconfig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(tools: ControlPlaneTools, folder: string, processes: Processes): Promise<string> {
  const [clientPort, peerPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const server = `https://127.0.0.1:${apiPort}`;
  const token = await writeCredentials(folder);
  const etcd = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  processes.start(tools.etcd, [
    ...["--data-dir", join(folder, "etcd"), "--unsafe-no-fsync"],
    ...["--listen-client-urls", etcd, "--advertise-client-urls", etcd],
    ...[
      "--listen-peer-urls",
      peer,
      "--initial-advertise-peer-urls",
      peer,
      "--initial-cluster",
      `default=${peer}`,
    ],
  ]);
  processes.start(tools.hyperkube, [
    "kube-apiserver",
    ...["--etcd-servers", etcd, "--cert-dir", join(folder, "serving")],
    ...["--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", String(apiPort)],
    ...["--endpoint-reconciler-type", "none", "--service-cluster-ip-range", "10.96.0.0/16"],
    ...["--authorization-mode", "RBAC", "--token-auth-file", join(folder, "tokens.csv")],
    ...["--service-account-issuer", "https://kubernetes.default.svc"],
    ...["--service-account-key-file", join(folder, "sa.pub")],
    ...["--service-account-signing-key-file", join(folder, "sa.key")],
  ]);
  await processes.waitFor(() => isReady(server, folder, token));
  const kubeconfig = await writeKubeconfig(folder, server, token);
  processes.start(tools.hyperkube, [
    "kube-controller-manager",
    ...["--kubeconfig", kubeconfig, "--secure-port", "0", "--leader-elect=false"],
    ...["--service-account-private-key-file", join(folder, "sa.key")],
    ...["--root-ca-file", join(folder, "serving", "apiserver.crt")],
  ]);
  await processes.waitFor(() => hasDefaultServiceAccount(server, folder, token));
  return kubeconfig;
}

async function writeCredentials(folder: string): Promise<string> {
  const token = randomBytes(24).toString("hex");
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  await mkdir(join(folder, "serving"));
  await writeFile(join(folder, "sa.pub"), keys.publicKey);
  await writeFile(join(folder, "sa.key"), keys.privateKey, { mode: 0o600 });
  await writeFile(join(folder, "tokens.csv"), `${token},tests,tests,"system:masters"\n`, { mode: 0o600 });
  return token;
}

async function writeKubeconfig(folder: string, server: string, token: string): Promise<string> {
  const name = "control-plane";
  const authority = await readFile(join(folder, "serving", "apiserver.crt"));
  const path = join(folder, "kubeconfig");
  const content = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": authority.toString("base64") } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  await writeFile(path, stringify(content), { mode: 0o600 });
  return path;
}

const isReady = (server: string, folder: string, token: string): Promise<boolean> =>
  answers(`${server}/readyz`, folder, token);

const hasDefaultServiceAccount = (server: string, folder: string, token: string): Promise<boolean> =>
  answers(`${server}/api/v1/namespaces/default/serviceaccounts/default`, folder, token);

async function answers(url: string, folder: string, token: string): Promise<boolean> {
  try {
    const ca = await readFile(join(folder, "serving", "apiserver.crt"));
    return await new Promise((done) => {
      const asked = request(url, { ca, headers: { Authorization: `Bearer ${token}` } }, (response) => {
        response.resume();
        done(response.statusCode === 200);
      });
      asked.on("error", () => done(false));
      asked.end();
    });
  } catch {
    return false;
  }
}

class Processes {
  readonly #folder: string;
  readonly #running: { program: string; child: ChildProcess; log: string }[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  start(program: string, args: string[]): void {
    const log = join(this.#folder, `${this.#running.length}.log`);
    const output = openSync(log, "w");
    const [starter, first] = endingWithUs("KILL");
    const command = [...first, program, ...args];
    const child = spawn(starter, command, { stdio: ["ignore", output, output], cwd: this.#folder });
    closeSync(output);
    this.#running.push({ program, child, log });
  }

  async waitFor(condition: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + readyWithinMs;
    while (!(await condition())) {
      const dead = this.#running.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
      if (dead) throw new Error(`${dead.program} ended: ${await tail(dead.log)}`);
      if (Date.now() > end) throw new Error(`the API server was not ready within ${readyWithinMs / 1000} s`);
      await pause(100);
    }
  }

  async end(): Promise<void> {
    for (const { child } of this.#running.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((ended) => child.once("exit", ended));
      child.kill("SIGKILL");
      await gone;
    }
  }
}

const tail = async (file: string): Promise<string> =>
  (await readFile(file, "utf8")).split("\n").slice(-15).join("\n");
