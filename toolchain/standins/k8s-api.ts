// The few requests to the API server that the Kubernetes stand-in makes.
import { request as httpsRequest, type RequestOptions } from "node:https";
import { homedir } from "node:os";
import { KubeConfig } from "@kubernetes/client-node";
import { fromApiKeys, toApiKeys, type Manifest } from "./k8s-object.ts";
import { asObject, asText, isObject, type Json, type JsonObject } from "./values.ts";

const answerWithinMs = 30_000;

export class ApiError extends Error {
  readonly status: number;
  readonly body: JsonObject;

  constructor(status: number, body: JsonObject) {
    super(asText(body["message"]) ?? `the API server answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** The API server has no such kind (yet). */
export class UnknownKind extends Error {}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status === 409;

export interface ResourceKind {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

interface ApplyOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** An API server, reached as a kubeconfig says. */
export class Cluster {
  readonly #config: KubeConfig;
  readonly #server: string;
  readonly #kinds = new Map<string, Promise<ResourceKind[]>>();
  /** Where namespaced objects go that name no namespace. */
  readonly defaultNamespace: string;

  constructor(settings: JsonObject) {
    this.#config = readKubeconfig(settings["kubeconfig"] ?? process.env["KUBECONFIG"]);
    const context = asText(settings["context"]);
    if (context) this.#config.setCurrentContext(context);
    const server = this.#config.getCurrentCluster()?.server;
    if (server === undefined) throw new Error("the kubeconfig has no such context or cluster");
    this.#server = server.replace(/\/$/, "");
    const current = this.#config.getContextObject(this.#config.getCurrentContext());
    this.defaultNamespace = asText(settings["namespace"]) || current?.namespace || "default";
  }

  get(url: string): Promise<JsonObject> {
    return this.request("GET", url);
  }

  async read(manifest: Manifest): Promise<Manifest> {
    return fromApiKeys((await this.get(await this.urlOf(manifest))) as Manifest);
  }

  async exists(manifest: Manifest): Promise<boolean> {
    try {
      await this.read(manifest);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /** Server-side apply. */
  async apply(manifest: Manifest, manager: string, options: ApplyOptions = {}): Promise<Manifest> {
    const query = new URLSearchParams({
      fieldManager: manager,
      force: String(options.force ?? false),
      fieldValidation: "Warn",
      ...(options.dryRun ? { dryRun: "All" } : {}),
    });
    const url = `${await this.urlOf(manifest)}?${query.toString()}`;
    const live = await this.request("PATCH", url, toApiKeys(manifest), "application/apply-patch+yaml");
    return fromApiKeys(live as Manifest);
  }

  /** Asks for the object to go; `uid` guards against removing a successor of the same name. */
  async remove(manifest: Manifest, propagationPolicy: string, uid: string | undefined): Promise<void> {
    await this.request("DELETE", await this.urlOf(manifest), {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy,
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    });
  }

  async urlOf(manifest: Manifest): Promise<string> {
    const { apiVersion, kind, metadata } = manifest;
    const found = await this.kindOf(apiVersion, kind);
    if (!found)
      throw new UnknownKind(`the API server has no ${kind} in ${apiVersion}; is its CRD installed?`);
    const namespace = found.namespaced
      ? `/namespaces/${asText(metadata["namespace"]) ?? this.defaultNamespace}`
      : "";
    return `${groupUrl(apiVersion)}${namespace}/${found.name}/${metadata.name}`;
  }

  /** Asks again when the kind is missing: its CRD may have been made meanwhile. */
  async kindOf(apiVersion: string, kind: string): Promise<ResourceKind | undefined> {
    const url = groupUrl(apiVersion);
    const known = this.#kinds.get(url);
    const inKnown = known && find(await known, kind);
    if (inKnown) return inKnown;
    const asked = this.#listKinds(url);
    this.#kinds.set(url, asked);
    asked.catch(() => this.#kinds.delete(url));
    return find(await asked, kind);
  }

  async #listKinds(url: string): Promise<ResourceKind[]> {
    try {
      return ((await this.get(url))["resources"] ?? []) as unknown as ResourceKind[];
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }

  /** Sends JSON and gives the answer's; fails when the API server refuses. */
  async request(method: string, url: string, body?: JsonObject, type?: string): Promise<JsonObject> {
    const options: RequestOptions = { method, timeout: answerWithinMs };
    await this.#config.applyToHTTPSOptions(options);
    const text = body === undefined ? undefined : JSON.stringify(body);
    options.headers = {
      ...(options.headers as Record<string, string> | undefined),
      Accept: "application/json",
      ...(text === undefined
        ? {}
        : { "Content-Type": type ?? "application/json", "Content-Length": Buffer.byteLength(text) }),
    };
    const { status, answer } = await send(`${this.#server}${url}`, options, text);
    if (status >= 300) throw new ApiError(status, isObject(answer) ? answer : { message: answer });
    return asObject(answer);
  }
}

function send(
  url: string,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ status: number; answer: Json }> {
  return new Promise((done, failed) => {
    const sent = httpsRequest(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", failed);
      response.on("end", () =>
        done({ status: response.statusCode ?? 500, answer: parse(Buffer.concat(parts).toString()) }),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer from ${url} in ${answerWithinMs / 1000} s`)));
    sent.on("error", failed);
    sent.end(body);
  });
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A kubeconfig may be given as a path, as text or as an object. */
function readKubeconfig(given: Json | undefined): KubeConfig {
  const config = new KubeConfig();
  if (isObject(given)) config.loadFromString(JSON.stringify(given));
  else if (typeof given !== "string" || given === "") config.loadFromDefault();
  else if (/\n|^\s*\{/.test(given)) config.loadFromString(given);
  else config.loadFromFile(given.replace(/^~/, homedir()));
  return config;
}

const groupUrl = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

const find = (kinds: readonly ResourceKind[], kind: string): ResourceKind | undefined =>
  kinds.find((candidate) => candidate.kind === kind && !candidate.name.includes("/"));
