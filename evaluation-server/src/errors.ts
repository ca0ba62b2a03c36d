/** An answer other than success. `body` goes to the client; a string is sent as plain text, which the addon shows. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly statusCode: number;
  readonly body: string | Record<string, unknown>;

  constructor(statusCode: number, body: string | Record<string, unknown>) {
    super(typeof body === "string" ? body : JSON.stringify(body));
    this.statusCode = statusCode;
    this.body = body;
  }
}

export const badRequest = (what: string) => new HttpError(400, { error: "bad request", what });

/** For the parts of the protocol that this server does not have. */
export const notImplemented = (missing: string) => new HttpError(501, { error: "not implemented", missing });

/** What may be logged about an error: never the content of a request or a row, which messages of PostgreSQL can quote. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code, constraint, routine } = error as { code?: string; constraint?: string; routine?: string };
  const frames = error.stack?.split("\n").filter((line) => line.trimStart().startsWith("at "));
  const fromDatabase = "severity" in error;
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
    ...(routine !== undefined && { routine }),
    ...(!fromDatabase && { message: error.message }),
    stack: frames?.slice(0, 6).map((line) => line.trim()),
  };
}
