import { expect, it } from "vitest";
import { proxyExceptions } from "./proxy.ts";

const local = "localhost,127.0.0.1,10.254.0.1";
const both = (all: string) => ({ NO_PROXY: all, no_proxy: all });

it.each([
  ["no proxy is named", { NO_PROXY: "intranet" }, {}],
  ["there is a proxy", { HTTPS_PROXY: "http://proxy:3128" }, both(local)],
  [
    "the user has proxyExceptions",
    { https_proxy: "http://proxy:3128", no_proxy: ".intranet" },
    both(`.intranet,${local}`),
  ],
])("the local node is reached directly when %s", (_, given, variables) => {
  expect(proxyExceptions(given)).toEqual(variables);
});
