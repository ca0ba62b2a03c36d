export interface ServerSettings {
  readonly url: string;
  readonly logLevel: string;
  readonly owners: readonly string[];
  readonly webhook: string | undefined;
}

/** The settings of the server by the names that it reads. What is not set is left out. */
export function environment(settings: ServerSettings): Record<string, string> {
  const { url, logLevel, owners, webhook } = settings;
  return {
    DXC_URL: new URL(url).origin,
    LOG_LEVEL: logLevel,
    ...(owners.length > 0 ? { DXC_OWNERS: owners.join(",") } : {}),
    ...(webhook === undefined ? {} : { DXC_MAILER_WEBHOOK: webhook }),
  };
}

/** An egress rule of a NetworkPolicy for a web address. Policies know no host names, so it opens the port. */
export function egressTo(address: string): object {
  const { port, protocol } = new URL(address);
  const standard = protocol === "https:" ? 443 : 80;
  return { ports: [{ protocol: "TCP", port: port === "" ? standard : Number(port) }] };
}
