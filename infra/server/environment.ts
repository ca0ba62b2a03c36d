export interface ServerSettings {
  readonly url: string;
  readonly logLevel: string;
  readonly owners: readonly string[];
}

/** The settings of the server that are not secret, by the names that it reads. What is not set is left out. */
export function environment({ url, logLevel, owners }: ServerSettings): Record<string, string> {
  return {
    DXC_URL: new URL(url).origin,
    LOG_LEVEL: logLevel,
    ...(owners.length > 0 ? { DXC_OWNERS: owners.join(",") } : {}),
  };
}

/** An egress rule of a NetworkPolicy for a web address. Policies know no host names, so it opens the port. */
export const egressTo = (port: number): object => ({ ports: [{ protocol: "TCP", port }] });
