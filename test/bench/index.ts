// npm run bench: what the kit costs over the bare tools, both measured in this one run. Needs a demo that is up.
import Table from "cli-table3";
import { result, say } from "../../scripts/lib/say.ts";
import { benchBackups } from "./backups.ts";
import { benchDemo } from "./demo.ts";
import { benchStart } from "./start.ts";
import { benchUp } from "./up.ts";
import { type Comparison, machine } from "./timing.ts";

const benches: Readonly<Record<string, () => Promise<readonly Comparison[]>>> = {
  start: benchStart,
  demo: benchDemo,
  up: benchUp,
  backups: benchBackups,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0)
  throw new Error(`no bench ${unknown.join(", ")}: there are ${Object.keys(benches).join(", ")}`);

const comparisons: Comparison[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  say(`bench ${name}`);
  comparisons.push(...(await bench()));
}

const table = new Table({ head: ["what", "kit", "bare", "ratio", "bare is"], style: { head: [] } });
for (const { what, kitMs, bareMs, bare } of comparisons) {
  table.push([what, inSeconds(kitMs), inSeconds(bareMs), (kitMs / bareMs).toFixed(2), bare]);
}
result(`${machine()}\n${table.toString()}`);

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
