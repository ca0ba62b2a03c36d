// helm.sh/v4:Chart by `helm template`. A secret among the values stays secret only where it is rendered into a Secret.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import monitor from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/resource_pb.js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { parseAllDocuments } from "yaml";
import type { Cluster } from "./k8s-api.ts";
import { groupOf, idOf, secretPaths, toToken, type Manifest } from "./k8s-object.ts";
import type { Connection } from "./k8s-write.ts";
import { channelOptions, fromStruct, messageOf, notImplemented, toStruct } from "./rpc.ts";
import { asObject, asText, hasUnknown, resourceReference, seal, unseal, type JsonObject } from "./values.ts";

const chartToken = "kubernetes:helm.sh/v4:Chart";
const unsupported = ["postRenderer", "keyring", "verify", "plainHttp"];

/** Registers a chart and each object it renders. */
export async function construct(
  request: providerMessages.ConstructRequest,
  connection: Connection,
): Promise<providerMessages.ConstructResponse> {
  if (request.getType() !== chartToken)
    throw notImplemented(`does not know the component ${request.getType()}`);
  const { value: settings } = unseal(fromStruct(request.getInputs()));
  const refused = unsupported.find((name) => settings[name] !== undefined);
  if (refused) throw notImplemented(`does not know the chart argument ${refused}`);
  const registrar = new Registrar(request);
  try {
    const urn = await registrar.component();
    const resources = hasUnknown(settings) ? [] : await registerObjects(registrar, urn, settings, connection);
    const outputs = toStruct({ resources });
    await registrar.outputs(urn, outputs);
    return new providerMessages.ConstructResponse().setUrn(urn).setState(outputs);
  } finally {
    registrar.close();
  }
}

interface Registered {
  readonly object: Manifest;
  readonly urn: string;
  readonly id: string;
}

/** CustomResourceDefinitions first, then Namespaces, then the rest; later ones depend on what they need of earlier. */
async function registerObjects(
  registrar: Registrar,
  parent: string,
  settings: JsonObject,
  connection: Connection,
): Promise<JsonObject[]> {
  const objects = await render(settings, registrar.name, connection);
  const done: Registered[] = [];
  for (const rank of [0, 1, 2]) {
    const members = objects.filter((object) => rankOf(object) === rank);
    const registered = members.map(async (object) => {
      const complete = await completeObject(object, settings, connection);
      const needs = done.filter((earlier) => isNeededBy(earlier.object, complete)).map(({ urn }) => urn);
      return registrar.object(complete, asText(settings["resourcePrefix"]), parent, needs);
    });
    done.push(...(await Promise.all(registered)));
  }
  return done.map(({ urn, id }) => resourceReference(urn, id));
}

const rankOf = ({ kind }: Manifest): number => ({ CustomResourceDefinition: 0, Namespace: 1 })[kind] ?? 2;

function isNeededBy(earlier: Manifest, object: Manifest): boolean {
  if (earlier.kind === "CustomResourceDefinition")
    return groupOf(object.apiVersion) === asObject(earlier["spec"])["group"];
  return earlier.metadata.name === object.metadata["namespace"];
}

async function completeObject(
  object: Manifest,
  settings: JsonObject,
  { cluster }: Connection,
): Promise<Manifest> {
  const kind = await cluster?.kindOf(object.apiVersion, object.kind).catch(() => undefined);
  const metadata = { ...object.metadata };
  const isNamespaced = kind?.namespaced ?? rankOf(object) === 2;
  if (isNamespaced) metadata["namespace"] ??= namespaceFor(settings, cluster);
  if (settings["skipAwait"] === true) {
    metadata["annotations"] = { ...asObject(metadata["annotations"]), "pulumi.com/skipAwait": "true" };
  }
  return { ...object, metadata };
}

const namespaceFor = (settings: JsonObject, cluster: Cluster | undefined): string =>
  asText(settings["namespace"]) ?? cluster?.defaultNamespace ?? "default";

/** Runs `helm template`. Values go by a file of mode 0600, since they may hold secrets. */
async function render(settings: JsonObject, release: string, { cluster }: Connection): Promise<Manifest[]> {
  const folder = await mkdtemp(join(tmpdir(), "chart-"));
  try {
    const args = [
      "template",
      asText(settings["name"]) ?? release,
      asText(settings["chart"]) ?? "",
      ...["--namespace", namespaceFor(settings, cluster)],
      ...chartFlags(settings),
      ...(await valueFiles(settings, folder)),
      ...(cluster ? await capabilities(cluster) : []),
    ];
    const { stdout } = await promisify(execFile)("helm", args, { maxBuffer: 256 * 1024 * 1024 });
    return parseObjects(stdout);
  } catch (error) {
    const told = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new Error(`helm template: ${told || messageOf(error)}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function chartFlags(settings: JsonObject): string[] {
  const withValue = {
    version: asText(settings["version"]),
    repo: asText(asObject(settings["repositoryOpts"])["repo"]),
  };
  const switches = {
    devel: settings["devel"] === true,
    "dependency-update": settings["dependencyUpdate"] === true,
    "include-crds": settings["skipCrds"] !== true,
    "no-hooks": settings["includeHooks"] !== true,
  };
  return [
    ...Object.entries(withValue).flatMap(([flag, value]) =>
      asText(value) ? [`--${flag}`, String(value)] : [],
    ),
    ...Object.entries(switches).flatMap(([flag, on]) => (on ? [`--${flag}`] : [])),
  ];
}

async function valueFiles(settings: JsonObject, folder: string): Promise<string[]> {
  const given = Array.isArray(settings["valueYamlFiles"]) ? settings["valueYamlFiles"].map(asObject) : [];
  const files: string[] = [];
  for (const [index, { text, path }] of given.entries()) {
    const file = join(folder, `given-${index}.yaml`);
    if (typeof text === "string") await writeFile(file, text, { mode: 0o600 });
    files.push(typeof text === "string" ? file : (asText(path) ?? ""));
  }
  const values = join(folder, "values.yaml");
  await writeFile(values, JSON.stringify(settings["values"] ?? {}), { mode: 0o600 });
  return [...files, values].flatMap((file) => ["--values", file]);
}

async function capabilities(cluster: Cluster): Promise<string[]> {
  const version = asText((await cluster.get("/version"))["gitVersion"]) ?? "";
  const groups = ((await cluster.get("/apis"))["groups"] ?? []) as { versions: { groupVersion: string }[] }[];
  const versions = groups.flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion));
  return [
    ...["--kube-version", version.replace(/[-+].*/, "")],
    ...versions.flatMap((groupVersion) => ["--api-versions", groupVersion]),
  ];
}

/** The objects of a rendered chart, Lists opened. */
export function parseObjects(text: string): Manifest[] {
  const documents = parseAllDocuments(text) as { toJS(): unknown }[];
  return documents
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null)
    .flatMap((object) => (object.kind === "List" ? (object["items"] as unknown as Manifest[]) : [object]));
}

/** Registers resources on the engine's monitor in the name of a component. */
class Registrar {
  readonly #request: providerMessages.ConstructRequest;
  readonly #client: InstanceType<typeof monitor.ResourceMonitorClient>;

  constructor(request: providerMessages.ConstructRequest) {
    this.#request = request;
    this.#client = new monitor.ResourceMonitorClient(
      request.getMonitorendpoint(),
      grpc.credentials.createInsecure(),
      channelOptions,
    );
  }

  get name(): string {
    return this.#request.getName();
  }

  async component(): Promise<string> {
    const message = this.#message(chartToken, this.name, this.#request.getParent());
    message.setCustom(false).setObject(toStruct({})).setDependenciesList(this.#request.getDependenciesList());
    message.setProtect(this.#request.getProtect() ?? false);
    message.setAliasesList(this.#request.getAliasesList());
    message.setIgnorechangesList(this.#request.getIgnorechangesList());
    const provider = this.#provider();
    if (provider) message.getProvidersMap().set("kubernetes", provider);
    return (await this.#register(message)).getUrn();
  }

  async object(
    object: Manifest,
    prefix: string | undefined,
    parent: string,
    needs: string[],
  ): Promise<Registered> {
    const message = this.#message(toToken(object), `${prefix ?? this.name}:${idOf(object)}`, parent);
    message.setCustom(true).setObject(toStruct(seal(object, secretPaths(object, []))));
    message.setDependenciesList(needs);
    message.setProvider(this.#provider());
    const policy = asObject(object.metadata["annotations"])["helm.sh/resource-policy"];
    if (policy === "keep") message.setRetainondelete(true);
    const answer = await this.#register(message);
    return { object, urn: answer.getUrn(), id: answer.getId() };
  }

  async outputs(urn: string, outputs: ReturnType<typeof toStruct>): Promise<void> {
    const message = new messages.RegisterResourceOutputsRequest().setUrn(urn).setOutputs(outputs);
    await new Promise<void>((done, failed) => {
      this.#client.registerResourceOutputs(message, (error) => (error ? failed(error) : done()));
    });
  }

  close(): void {
    this.#client.close();
  }

  #provider(): string {
    return this.#request.getProvidersMap().get("kubernetes") ?? "";
  }

  #message(token: string, name: string, parent: string): messages.RegisterResourceRequest {
    return new messages.RegisterResourceRequest()
      .setType(token)
      .setName(name)
      .setParent(parent)
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSupportspartialvalues(true);
  }

  #register(message: messages.RegisterResourceRequest): Promise<messages.RegisterResourceResponse> {
    return new Promise((done, failed) => {
      this.#client.registerResource(message, (error, answer) => (error ? failed(error) : done(answer)));
    });
  }
}
