// Creating, updating, reading and removing objects, as the engine asks for it.
import { setTimeout as pause } from "node:timers/promises";
import { ApiError, isConflict, isNotFound, UnknownKind, type Cluster } from "./k8s-api.ts";
import { driftedInputs, importedInputs } from "./k8s-drift.ts";
import { fromToken, idOf, managerOf, pulumiAnnotation, secretPaths, type Manifest } from "./k8s-object.ts";
import { isOn } from "./k8s-plan.ts";
import { missing, waitLimit } from "./k8s-ready.ts";
import { initFailed, messageOf } from "./rpc.ts";
import {
  asObject,
  asText,
  hasUnknown,
  omit,
  seal,
  type JsonObject,
  type Path,
  type Unsealed,
} from "./values.ts";

/** The cluster that the provider was configured with, or why there is none. */
export interface Connection {
  readonly settings: JsonObject;
  readonly cluster: Cluster | undefined;
  readonly unreachable: string;
  readonly cancelled: AbortSignal;
}

export interface WriteRequest {
  readonly urn: string;
  readonly kind: "create" | "update";
  readonly inputs: Unsealed<Manifest>;
  readonly timeoutSeconds: number;
}

export interface Written {
  readonly id: string;
  readonly state: JsonObject;
}

export function reach(connection: Connection): Cluster {
  if (connection.cluster === undefined) throw new Error(connection.unreachable);
  return connection.cluster;
}

const sealInputs = (inputs: JsonObject, secrets: readonly Path[]): JsonObject =>
  seal(inputs, secretPaths(inputs, secrets));

/** The state of an object: what the API server holds, without what changes at every write, and the inputs. */
function stateOf(live: Manifest, inputs: JsonObject, manager: string, secrets: readonly Path[]): JsonObject {
  const state = {
    ...live,
    metadata: omit(live.metadata, "managedFields"),
    __inputs: sealInputs(inputs, secrets),
    __fieldManager: manager,
    __initialApiVersion: live.apiVersion,
  };
  return seal(state, secretPaths(live, secrets));
}

/** What writing would give, by a dry run where the API server can tell already. */
export async function previewWrite(connection: Connection, request: WriteRequest): Promise<Written> {
  const { value, secrets } = request.inputs;
  const asGiven = { id: "", state: sealInputs(value, secrets) };
  if (hasUnknown(value) || connection.cluster === undefined) return asGiven;
  const manager = managerOf(request.urn);
  try {
    const dry = await connection.cluster.apply(value, manager, { dryRun: true, force: takesOver(request) });
    const live = request.kind === "create" ? withoutIdentity(dry) : dry;
    return { id: idOf(value), state: stateOf(live, value, manager, secrets) };
  } catch (error) {
    // Its namespace or CRD may come in the same run, its predecessor may go in the same run.
    const comesLater = isNotFound(error) || error instanceof UnknownKind;
    if (comesLater || (request.kind === "create" && isConflict(error)))
      return { ...asGiven, id: idOf(value) };
    throw error;
  }
}

const withoutIdentity = (dry: Manifest): Manifest => ({
  ...dry,
  metadata: omit(dry.metadata, "uid", "creationTimestamp", "resourceVersion"),
});

/** Applies an object and waits until it is ready. */
export async function write(connection: Connection, request: WriteRequest): Promise<Written> {
  const cluster = reach(connection);
  const { value, secrets } = request.inputs;
  const manager = managerOf(request.urn);
  await refuseExisting(cluster, connection.settings, request);
  const applied = await applyRepeatedly(cluster, value, manager, takesOver(request));
  try {
    const live = await waitUntilReady(connection, applied, request.timeoutSeconds);
    return { id: idOf(live), state: stateOf(live, value, manager, secrets) };
  } catch (error) {
    const now = await cluster.read(applied).catch(() => applied);
    const state = stateOf(now, value, manager, secrets);
    throw initFailed(idOf(applied), state, sealInputs(value, secrets), messageOf(error));
  }
}

const takesOver = ({ kind, inputs }: WriteRequest): boolean =>
  kind === "update" || pulumiAnnotation(inputs.value, "patchForce") === "true";

async function refuseExisting(cluster: Cluster, settings: JsonObject, request: WriteRequest): Promise<void> {
  if (takesOver(request) || isOn(settings["upsertExistingObjects"])) return;
  const { value } = request.inputs;
  if (!(await cluster.exists(value))) return;
  const what = `${value.kind} ${idOf(value)} already exists`;
  throw new Error(`${what}; import it, or set upsertExistingObjects on the provider`);
}

const applyTries = 6;

async function applyRepeatedly(
  cluster: Cluster,
  object: Manifest,
  manager: string,
  force: boolean,
): Promise<Manifest> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await cluster.apply(object, manager, { force });
    } catch (error) {
      if (isOwnedByAnother(error)) {
        const what = `${object.kind} ${idOf(object)}: another writer owns some of these fields`;
        const advice = 'Set the annotation pulumi.com/patchForce: "true" to take them over';
        throw new Error(`${what} (${messageOf(error)}). ${advice}`, { cause: error });
      }
      if (attempt === applyTries || !isPassing(error)) throw error;
      await pause(300 * attempt);
    }
  }
}

function isOwnedByAnother(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 409) return false;
  const causes = asObject(error.body["details"])["causes"];
  return (
    Array.isArray(causes) && causes.some((cause) => asObject(cause)["reason"] === "FieldManagerConflict")
  );
}

function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 409 || error.status >= 500;
  return error instanceof Error && "code" in error && /^ECONNRE/.test(String(error.code));
}

async function waitUntilReady(
  connection: Connection,
  applied: Manifest,
  timeoutSeconds: number,
): Promise<Manifest> {
  if (pulumiAnnotation(applied, "skipAwait") === "true") return applied;
  const cluster = reach(connection);
  const end = Date.now() + waitLimit(applied, timeoutSeconds);
  for (const pauseMs of growingPauses()) {
    const live = await cluster.read(applied);
    const lacks = await missing(live, (url) => cluster.get(url));
    if (lacks === undefined) return live;
    if (connection.cancelled.aborted) throw new Error(`cancelled while waiting: ${lacks}`);
    if (Date.now() > end) throw new Error(`timed out waiting for ${applied.kind} ${idOf(applied)}: ${lacks}`);
    await pause(pauseMs);
  }
  throw new Error("unreachable");
}

function* growingPauses(): Generator<number> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) yield pauseMs;
}

export interface ReadRequest {
  readonly urn: string;
  readonly id: string;
  readonly token: string;
  readonly inputs: Unsealed<JsonObject>;
  readonly state: Unsealed<JsonObject>;
}

/** The live object and the inputs it stands for now; undefined when it is gone. */
export async function read(
  connection: Connection,
  request: ReadRequest,
): Promise<(Written & { inputs: JsonObject }) | undefined> {
  const cluster = reach(connection);
  const live = await cluster.read(asked(request)).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (live === undefined) return undefined;
  const manager = asText(request.state.value["__fieldManager"]) ?? managerOf(request.urn);
  const inputs = await inputsNow(cluster, request.inputs.value, live, manager);
  return {
    id: idOf(live),
    inputs: seal(inputs, secretPaths(live, request.inputs.secrets)),
    state: seal(
      stateOf(live, inputs, manager, request.inputs.secrets),
      secretPaths(live, request.state.secrets),
    ),
  };
}

function asked({ id, token, inputs }: ReadRequest): Manifest {
  const [first = "", name] = id.split("/");
  const { apiVersion, kind } = fromToken(token);
  return {
    apiVersion: asText(inputs.value["apiVersion"]) ?? apiVersion,
    kind: asText(inputs.value["kind"]) ?? kind,
    metadata: name === undefined ? { name: first } : { name, namespace: first },
  };
}

async function inputsNow(
  cluster: Cluster,
  inputs: JsonObject,
  live: Manifest,
  manager: string,
): Promise<JsonObject> {
  if (Object.keys(inputs).length === 0) return importedInputs(live);
  const applied = await cluster
    .apply(inputs as Manifest, manager, { dryRun: true, force: true })
    .catch(() => undefined);
  return applied === undefined ? inputs : driftedInputs(inputs, live, applied);
}

/** Removes an object and waits until it is gone. */
export async function remove(
  connection: Connection,
  state: JsonObject,
  inputs: JsonObject,
  timeoutSeconds: number,
): Promise<void> {
  if (connection.cluster === undefined && isOn(connection.settings["deleteUnreachable"])) return;
  const cluster = reach(connection);
  const target = (state["apiVersion"] === undefined ? inputs : state) as Manifest;
  const uid = asText(asObject(state["metadata"])["uid"]);
  const policy = pulumiAnnotation(inputs, "deletionPropagationPolicy") ?? "foreground";
  try {
    await cluster.remove(target, policy.charAt(0).toUpperCase() + policy.slice(1), uid);
  } catch (error) {
    if (isNotFound(error) || isConflict(error) || error instanceof UnknownKind) return;
    throw error;
  }
  if (pulumiAnnotation(inputs, "skipAwait") === "true") return;
  await waitUntilGone(connection, target, uid, timeoutSeconds);
}

async function waitUntilGone(
  connection: Connection,
  target: Manifest,
  uid: string | undefined,
  timeoutSeconds: number,
): Promise<void> {
  const cluster = reach(connection);
  const end = Date.now() + waitLimit(target, timeoutSeconds);
  for (const pauseMs of growingPauses()) {
    const live = await cluster.read(target).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (live === undefined || (uid !== undefined && live.metadata["uid"] !== uid)) return;
    if (Date.now() > end || connection.cancelled.aborted) {
      const finalizers = JSON.stringify(live.metadata["finalizers"] ?? []);
      throw new Error(
        `${target.kind} ${idOf(target)} was asked to go and is still there; finalizers: ${finalizers}`,
      );
    }
    await pause(pauseMs);
  }
}
