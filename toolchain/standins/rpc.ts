// What every stand-in for a Pulumi plugin needs: the server, its values and its errors.
import * as grpc from "@grpc/grpc-js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import anyMessages from "google-protobuf/google/protobuf/any_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { JsonObject } from "./values.ts";

/** The engine sends whole states in one message, so the usual limit of 4 MB is too small. */
export const channelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": -1,
};

export const fromStruct = (message: struct.Struct | undefined): JsonObject => message?.toJavaScript() ?? {};

/** Drops members that are undefined, which the conversion does not take. */
export const toStruct = (value: JsonObject): struct.Struct =>
  struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(value)) as Record<string, struct.JavaScriptValue>);

/** An error with the gRPC code that the engine gets. */
export class RpcError extends Error {
  readonly code: grpc.status;
  readonly details: string;
  readonly metadata: grpc.Metadata;

  constructor(message: string, code: grpc.status = grpc.status.UNKNOWN, metadata = new grpc.Metadata()) {
    super(message);
    this.code = code;
    this.details = message;
    this.metadata = metadata;
  }
}

export const notImplemented = (what: string): RpcError =>
  new RpcError(`the stand-in plugin ${what}; use the official plugin`, grpc.status.UNIMPLEMENTED);

/** An object that exists but did not get ready. With any other error the engine would lose it from the state. */
export function initFailed(id: string, state: JsonObject, inputs: JsonObject, reason: string): RpcError {
  const details = new providerMessages.ErrorResourceInitFailed();
  details.setId(id);
  details.setProperties(toStruct(state));
  details.setInputs(toStruct(inputs));
  details.setReasonsList([reason]);
  const packed = new anyMessages.Any();
  packed.pack(details.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusMessages.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(reason);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return new RpcError(reason, grpc.status.UNKNOWN, metadata);
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Answer<H> = H extends grpc.handleUnaryCall<infer Q, infer A> ? (request: Q) => A | Promise<A> : never;

/** Functions from request to answer for the methods of a service. */
export type Methods<S> = { [K in keyof S as string extends K ? never : K]?: Answer<S[K]> };

type AnyAnswer = (request: unknown) => unknown;

function unary(answer: AnyAnswer): grpc.handleUnaryCall<unknown, unknown> {
  return (call, reply) => {
    void (async () => {
      try {
        reply(null, await answer(call.request));
      } catch (error) {
        reply(error instanceof RpcError ? error : new RpcError(messageOf(error)));
      }
    })();
  };
}

/** Serves a plugin and tells its port to the engine. Methods that are left out answer "unimplemented". */
export function serve<S>(
  service: grpc.ServiceDefinition,
  methods: Methods<S>,
  streams: grpc.UntypedServiceImplementation = {},
): void {
  const server = new grpc.Server(channelOptions);
  const answers = Object.entries(methods as Record<string, AnyAnswer>);
  server.addService(service, {
    ...streams,
    ...Object.fromEntries(answers.map(([name, answer]) => [name, unary(answer)])),
  });
  endWithTheEngine();
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
}

/** The engine ends a plugin by SIGINT and waits 10 s for one that stays; a killed engine ends nothing. */
function endWithTheEngine(): void {
  process.on("SIGINT", () => process.exit(0));
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(0);
  }, 1000).unref();
}
