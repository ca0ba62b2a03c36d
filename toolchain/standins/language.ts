// Stand-in for pulumi-language-nodejs where the official one cannot be downloaded.
// Not to be trusted for: package managers other than npm, debuggers, dynamic providers, policy packs, `pulumi new`.
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import service, { type ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { installedPackages, readPackage } from "./packages.ts";
import { fromStruct, RpcError, serve } from "./rpc.ts";

/** The exit code of a program that has told its error already. */
const alreadyTold = 32;

const ownVersion = (createRequire(import.meta.url)("@pulumi/pulumi/package.json") as { version: string })
  .version;
const running = new Set<ChildProcess>();
let engine = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";

async function run(request: messages.RunRequest): Promise<messages.RunResponse> {
  const response = new messages.RunResponse();
  const folder = request.getInfo()?.getProgramDirectory() ?? process.cwd();
  const runner = findRunner(folder);
  if (runner === undefined) return response.setError(`@pulumi/pulumi is not installed in ${folder}`);
  const end = await runProgram(
    folder,
    [...nodeArguments(request), runner, ...programArguments(request)],
    request,
  );
  if (end === alreadyTold) response.setBail(true);
  else if (end !== 0) response.setError(`Program exited with non-zero exit code: ${end}`);
  return response;
}

function findRunner(folder: string): string | undefined {
  try {
    return createRequire(join(folder, "x.js")).resolve("@pulumi/pulumi/cmd/run/index.js");
  } catch {
    return undefined;
  }
}

function nodeArguments(request: messages.RunRequest): string[] {
  const given = fromStruct(request.getInfo()?.getOptions())["nodeargs"];
  return typeof given === "string" ? given.split(/\s+/).filter(Boolean) : [];
}

function programArguments(request: messages.RunRequest): string[] {
  const info = request.getInfo();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    "root-directory": info?.getRootDirectory(),
    pwd: info?.getProgramDirectory(),
    parallel: request.getParallel(),
  };
  return [
    ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, String(value)] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}

/** Runs the program to its end; gives the exit code, or the signal or error that ended it. */
function runProgram(folder: string, args: string[], request: messages.RunRequest): Promise<number | string> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...programEnvironment(request) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  running.add(child);
  return new Promise((ended) => {
    const end = (how: number | string) => {
      running.delete(child);
      ended(how);
    };
    child.on("error", (error) => end(error.message));
    child.on("exit", (code, signal) => end(code ?? signal ?? 1));
  });
}

function programEnvironment(request: messages.RunRequest): NodeJS.ProcessEnv {
  const settings = [...request.getConfigMap().getEntryList()].map(([key, value]) => [configKey(key), value]);
  const compiles = fromStruct(request.getInfo()?.getOptions())["typescript"] !== false;
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(settings)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(compiles ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
  };
}

/** The engine says `project:name`, the SDK looks for `project:config:name`. */
function configKey(key: string): string {
  return key.replace(/^([^:]+):(?!config:)/, "$1:config:");
}

function requiredPackages(
  request: messages.GetRequiredPackagesRequest,
): messages.GetRequiredPackagesResponse {
  const response = new messages.GetRequiredPackagesResponse();
  for (const file of installedPackages(request.getInfo()?.getProgramDirectory() ?? ".")) {
    if (file.pulumi?.resource !== true) continue;
    const dependency = new plugin.PackageDependency();
    dependency.setName(file.pulumi.name ?? file.name.replace("@pulumi/", ""));
    dependency.setKind("resource");
    dependency.setVersion(`v${(file.pulumi.version ?? file.version).replace(/^v/, "")}`);
    dependency.setServer(file.pulumi.server ?? "");
    response.addPackages(dependency);
  }
  return response;
}

function programDependencies(
  request: messages.GetProgramDependenciesRequest,
): messages.GetProgramDependenciesResponse {
  const folder = request.getInfo()?.getProgramDirectory() ?? ".";
  const own = readPackage(folder);
  const direct = { ...own?.dependencies, ...own?.devDependencies };
  const response = new messages.GetProgramDependenciesResponse();
  for (const file of installedPackages(folder)) {
    if (!request.getTransitivedependencies() && !(file.name in direct)) continue;
    const dependency = new messages.DependencyInfo();
    dependency.setName(file.name);
    dependency.setVersion(file.version);
    response.addDependencies(dependency);
  }
  return response;
}

type InstallCall = grpc.ServerWritableStream<
  messages.InstallDependenciesRequest,
  messages.InstallDependenciesResponse
>;

function installDependencies(call: InstallCall): void {
  const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const npm = spawn("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder });
  npm.stdout.on("data", (bytes: Buffer) =>
    call.write(new messages.InstallDependenciesResponse().setStdout(bytes)),
  );
  npm.stderr.on("data", (bytes: Buffer) =>
    call.write(new messages.InstallDependenciesResponse().setStderr(bytes)),
  );
  npm.on("close", (code) => {
    if (code === 0) call.end();
    else call.emit("error", new RpcError(`npm install exited with code ${String(code)}`));
  });
}

serve<ILanguageRuntimeServer>(
  service.LanguageRuntimeService,
  {
    handshake: (request) => {
      engine = request.getEngineAddress();
      return new messages.LanguageHandshakeResponse();
    },
    getPluginInfo: () => new plugin.PluginInfo().setVersion(ownVersion),
    getRequiredPackages: requiredPackages,
    getProgramDependencies: programDependencies,
    run,
    about: () => {
      const about = new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
      about.getMetadataMap().set("packagemanager", "npm");
      return about;
    },
    cancel: () => {
      for (const program of running) program.kill("SIGINT");
      return new empty.Empty();
    },
  },
  { installDependencies },
);
