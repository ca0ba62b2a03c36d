// Stand-in for pulumi-resource-kubernetes where the official one cannot be downloaded: any object by server-side
// apply, and Helm charts (v4). It proves the program, the engine's plan and the objects at the API server.
// Not to be trusted for: waiting and its error texts, Helm Release, v3 Chart, yaml and kustomize components,
// *Patch and List resources, functions, pulumi.com/waitFor, client-side apply, secrets in chart values.
import { createHash, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import service, { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { Cluster } from "./k8s-api.ts";
import { construct } from "./k8s-chart.ts";
import { fromToken, secretPaths, tokenOfUrn, type Manifest } from "./k8s-object.ts";
import { completeInputs, planChanges } from "./k8s-plan.ts";
import { previewWrite, read, remove, write, type Connection, type WriteRequest } from "./k8s-write.ts";
import { fromStruct, messageOf, notImplemented, serve, toStruct } from "./rpc.ts";
import { asText, changes, hasUnknown, seal, topOf, unseal, type Change, type JsonObject } from "./values.ts";

const ownVersion = (createRequire(import.meta.url)("@pulumi/kubernetes/package.json") as { version: string })
  .version;
const cancelling = new AbortController();
let connection: Connection = {
  settings: {},
  cluster: undefined,
  unreachable: "the provider is not configured",
  cancelled: cancelling.signal,
};

/** Never fails: in a preview the cluster may not exist yet. What needs it then says why it cannot be reached. */
async function connect(settings: JsonObject): Promise<Connection> {
  const base = { settings, cancelled: cancelling.signal };
  if (hasUnknown(settings)) {
    return { ...base, cluster: undefined, unreachable: "the kubeconfig is not known yet" };
  }
  try {
    const cluster = new Cluster(settings);
    await cluster.get("/version");
    return { ...base, cluster, unreachable: "" };
  } catch (error) {
    const unreachable = `the Kubernetes cluster cannot be reached: ${messageOf(error)}`;
    console.error(`warning: ${unreachable}`);
    return { ...base, cluster: undefined, unreachable };
  }
}

async function configure(request: messages.ConfigureRequest): Promise<messages.ConfigureResponse> {
  connection = await connect(unseal(fromStruct(request.getArgs())).value);
  return new messages.ConfigureResponse()
    .setAcceptsecrets(true)
    .setSupportspreview(true)
    .setSupportsAutonamingConfiguration(true);
}

function diffConfig(request: messages.DiffRequest): messages.DiffResponse {
  const before = unseal(fromStruct(request.getOldInputs() ?? request.getOlds())).value;
  return describeChanges(changes(before, unseal(fromStruct(request.getNews())).value));
}

async function check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
  const { value: given, secrets } = unseal(fromStruct(request.getNews()));
  const token = request.getType() || tokenOfUrn(request.getUrn());
  const inputs = completeInputs(given, {
    token,
    previous: unseal(fromStruct(request.getOlds())).value,
    proposeName: () => request.getAutonaming()?.getProposedName() || randomName(request),
    namespace: await namespaceFor({ ...fromToken(token), ...given }),
  });
  return new messages.CheckResponse().setInputs(toStruct(seal(inputs, secretPaths(inputs, secrets))));
}

async function namespaceFor(inputs: JsonObject): Promise<string | undefined> {
  const { cluster } = connection;
  const { apiVersion, kind } = inputs as Manifest;
  const found = await cluster?.kindOf(apiVersion, kind).catch(() => undefined);
  return found?.namespaced ? cluster?.defaultNamespace : undefined;
}

function randomName(request: messages.CheckRequest): string {
  const seed = request.getRandomseed_asU8();
  const suffix = seed.length > 0 ? Buffer.from(seed) : createHash("sha256").update(randomBytes(32)).digest();
  const name = request.getName() || (request.getUrn().split("::").at(-1) ?? "");
  return `${name}-${suffix.toString("hex").slice(0, 8)}`;
}

function diff(request: messages.DiffRequest): messages.DiffResponse {
  const before = unseal(fromStruct(request.getOldInputs())).value;
  const after = unseal(fromStruct(request.getNews())).value as Manifest;
  const plan = planChanges(before, after, connection.settings, request.getIgnorechangesList());
  const response = describeChanges(plan.changes, plan.replacing);
  return response.setReplacesList([...plan.replacing]).setDeletebeforereplace(plan.deleteFirst);
}

function describeChanges(found: readonly Change[], replacing: readonly string[] = []): messages.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse()
    .setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...new Set(found.map(({ path }) => topOf(path)))])
    .setHasdetaileddiff(true);
  for (const change of found) {
    const detail = new messages.PropertyDiff().setInputdiff(true);
    detail.setKind(diffKind(change, replacing.includes(change.path)));
    response.getDetaileddiffMap().set(change.path, detail);
  }
  return response;
}

function diffKind({ kind }: Change, replaces: boolean): messages.PropertyDiff.Kind {
  const kinds = messages.PropertyDiff.Kind;
  const [plain, replacing] = {
    add: [kinds.ADD, kinds.ADD_REPLACE] as const,
    delete: [kinds.DELETE, kinds.DELETE_REPLACE] as const,
    update: [kinds.UPDATE, kinds.UPDATE_REPLACE] as const,
  }[kind];
  return replaces ? replacing : plain;
}

async function create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
  const { id, state } = await writeOrPreview(request.getPreview(), {
    urn: request.getUrn(),
    kind: "create",
    inputs: unseal(fromStruct(request.getProperties()) as Manifest),
    timeoutSeconds: request.getTimeout(),
  });
  return new messages.CreateResponse().setId(id).setProperties(toStruct(state));
}

async function update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
  const { state } = await writeOrPreview(request.getPreview(), {
    urn: request.getUrn(),
    kind: "update",
    inputs: unseal(fromStruct(request.getNews()) as Manifest),
    timeoutSeconds: request.getTimeout(),
  });
  return new messages.UpdateResponse().setProperties(toStruct(state));
}

const writeOrPreview = (preview: boolean, request: WriteRequest) =>
  preview ? previewWrite(connection, request) : write(connection, request);

async function readObject(request: messages.ReadRequest): Promise<messages.ReadResponse> {
  const response = new messages.ReadResponse();
  const found = await read(connection, {
    urn: request.getUrn(),
    id: request.getId(),
    token: request.getType() || tokenOfUrn(request.getUrn()),
    inputs: unseal(fromStruct(request.getInputs())),
    state: unseal(fromStruct(request.getProperties())),
  });
  if (found === undefined) return response;
  return response.setId(found.id).setProperties(toStruct(found.state)).setInputs(toStruct(found.inputs));
}

async function removeObject(request: messages.DeleteRequest): Promise<empty.Empty> {
  const state = unseal(fromStruct(request.getProperties())).value;
  const inputs = unseal(fromStruct(request.getOldInputs() ?? request.getProperties())).value;
  await remove(connection, state, inputs, request.getTimeout());
  return new empty.Empty();
}

serve<IResourceProviderServer>(service.ResourceProviderService, {
  handshake: () =>
    new messages.ProviderHandshakeResponse().setAcceptSecrets(true).setSupportsAutonamingConfiguration(true),
  getPluginInfo: () => new plugin.PluginInfo().setVersion(ownVersion),
  attach: () => new empty.Empty(),
  cancel: () => {
    cancelling.abort();
    return new empty.Empty();
  },
  getSchema: () => new messages.GetSchemaResponse().setSchema('{"name":"kubernetes"}'),
  getMapping: () => new messages.GetMappingResponse(),
  getMappings: () => new messages.GetMappingsResponse(),
  checkConfig: (request) => new messages.CheckResponse().setInputs(request.getNews()),
  diffConfig,
  configure,
  invoke: (request) => {
    throw notImplemented(`has no functions (${asText(request.getTok()) ?? ""})`);
  },
  check,
  diff,
  create,
  update,
  read: readObject,
  delete: removeObject,
  construct: (request) => construct(request, connection),
});
