import { node } from "./local/layout.ts";

const onThisMachine = ["localhost", "127.0.0.1", node.address];

/** Variables with which programs reach the local node directly; none where no proxy is named. */
export function proxyExceptions(given: NodeJS.ProcessEnv): Record<string, string> {
  if (!Object.keys(given).some((name) => /^https?_proxy$/i.test(name))) return {};
  const named = given["NO_PROXY"] || given["no_proxy"];
  const all = [...(named ? [named] : []), ...onThisMachine].join(",");
  return { NO_PROXY: all, no_proxy: all };
}
