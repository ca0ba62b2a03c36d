import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { $ } from "zx";
import { endingWithUs } from "../../../evaluation-server/test/ending.ts";

const link = "kit-e2e-out";
const address = "198.18.0.2";

export interface Outside {
  /** Where a server answers. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Opens a place beyond this machine that knows its addresses and not those of pods. The machine gets none for it. */
export async function openOutside(): Promise<Outside> {
  const server = `require("http").createServer((_, r) => r.end("from outside")).listen(8080, () => console.log("up"))`;
  const [starter, first] = endingWithUs("KILL");
  const command = [...first, "unshare", "--net", process.execPath, "--eval", server];
  const child = spawn(starter, command, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const quiet = $({ quiet: true });
  await quiet`ip link add ${link} type veth peer name ${link} netns ${child.pid ?? 0}`;
  const ipv6 = `/proc/sys/net/ipv6/conf/${link}/disable_ipv6`;
  if (existsSync(ipv6)) await writeFile(ipv6, "1");
  await quiet`ip link set ${link} up`;
  await quiet`ip route add ${address} dev ${link}`;
  const there = ["nsenter", "--net", "--target", `${child.pid ?? 0}`, "ip"];
  await quiet`${there} address add ${address}/32 dev ${link}`;
  await quiet`${there} link set ${link} up`;
  await quiet`${there} route add default dev ${link}`;
  return {
    url: `http://${address}:8080/`,
    close: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
      await $({ quiet: true, nothrow: true })`ip link delete ${link}`;
    },
  };
}
