import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { parse } from "yaml";

/** Way to the API server, as a kubeconfig says. */
export interface Access {
  readonly server: string;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Record<"server" | "certificate-authority-data", string> }[];
  readonly users: readonly { readonly user: Record<"client-certificate-data" | "client-key-data", string> }[];
}

export async function readAccess(kubeconfig: string): Promise<Access> {
  const { clusters, users } = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
  const cluster = clusters[0]?.cluster;
  const user = users[0]?.user;
  if (!cluster || !user) throw new Error(`${kubeconfig} has no cluster or no user`);
  const decode = (text: string) => Buffer.from(text, "base64");
  return {
    server: cluster.server,
    ca: decode(cluster["certificate-authority-data"]),
    cert: decode(user["client-certificate-data"]),
    key: decode(user["client-key-data"]),
  };
}

/** What a server answers on a path with 200, or undefined while it gives none. Only the API server asks who it is. */
export function ask(
  { server, ...tls }: Omit<Access, "cert" | "key"> & Partial<Access>,
  path: string,
): Promise<string | undefined> {
  return new Promise((done) => {
    const asked = request(`${server}${path}`, { ...tls, timeout: 2000, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", () => done(undefined));
      response.on("end", () =>
        done(response.statusCode === 200 ? Buffer.concat(parts).toString() : undefined),
      );
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => done(undefined));
    asked.end();
  });
}

/** One object of the API, or undefined while there is none. */
export async function askObject<T>(access: Access, path: string): Promise<T | undefined> {
  const text = await ask(access, path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
