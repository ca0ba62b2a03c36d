import { existsSync, rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bringToDisk } from "../disk.ts";
import { whileLocked } from "../lock.ts";
import { seconds } from "../say.ts";
import type { Toolbox } from "./toolbox.ts";

/** How a tool came into the cache. */
export type Origin = "downloaded" | "built" | "debian";

/** A tool that was made, with the version that came out: of Debian packages, that of the first one. */
export interface Made {
  readonly origin: Origin;
  readonly version: string;
}

/** What is known of a tool in the cache; lies beside it as tool.json. */
export interface ToolRecord extends Made {
  readonly name: string;
  readonly installed: string;
  readonly seconds: number;
}

export interface Plan {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly links: readonly string[];
  /** Fills `bin` (and whatever it needs beside it) below the given folder. */
  readonly make: (unfinished: string) => Promise<Made>;
}

/**
 * Puts a tool into the cache unless it is there. It is made in a folder of its own and moved into place in one step,
 * under a lock, so an interrupted run leaves no half tool and two runs do not disturb each other.
 */
export async function install(plan: Plan, toolbox: Toolbox): Promise<string> {
  const home = join(toolbox.cache, plan.folder);
  if (existsSync(home)) return home;
  await mkdir(toolbox.cache, { recursive: true });
  return alone(plan, toolbox, async () => {
    if (existsSync(home)) return home;
    await removeUnfinished(plan, toolbox);
    await makeInto(home, plan, toolbox);
    return home;
  });
}

// When to say that another run is waited for, and how often that a tool takes long.
const patientMs = 2_000;
const longMs = 30_000;

async function alone(plan: Plan, toolbox: Toolbox, work: () => Promise<string>): Promise<string> {
  const waiting = setTimeout(() => {
    toolbox.report(`${plan.name}: waiting for another run that installs it`);
  }, patientMs);
  try {
    return await whileLocked(join(toolbox.cache, ".locks", plan.folder), () => {
      clearTimeout(waiting);
      return work();
    });
  } finally {
    clearTimeout(waiting);
  }
}

async function makeInto(home: string, plan: Plan, toolbox: Toolbox): Promise<void> {
  const started = performance.now();
  const unfinished = await mkdtemp(join(toolbox.cache, unfinishedPrefix(plan)));
  const giveUp = () => rmSync(unfinished, { recursive: true, force: true });
  const still = setInterval(() => {
    toolbox.report(`${plan.name} ${plan.version}: still being made after ${seconds(started)}`);
  }, longMs);
  process.once("exit", giveUp);
  try {
    const bin = join(unfinished, "bin");
    await mkdir(bin);
    const made = await plan.make(unfinished);
    const [executable = plan.name] = plan.files;
    for (const link of plan.links) await symlink(executable, join(bin, link));
    const missing = plan.files.find((file) => !existsSync(join(bin, file)));
    if (missing !== undefined) throw new Error(`${plan.name} ${plan.version} was made without ${missing}`);
    await writeRecord(unfinished, plan.name, made, started);
    await chmod(unfinished, 0o755);
    await bringToDisk(unfinished);
    await rename(unfinished, home);
    toolbox.report(`${plan.name} ${made.version}: ${made.origin} in ${seconds(started)}`);
  } finally {
    clearInterval(still);
    process.off("exit", giveUp);
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function writeRecord(folder: string, name: string, made: Made, started: number): Promise<void> {
  const record: ToolRecord = {
    name,
    ...made,
    installed: new Date().toISOString(),
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
  await writeFile(join(folder, "tool.json"), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** What is known of an installed tool. */
export async function readRecord(home: string): Promise<ToolRecord> {
  return JSON.parse(await readFile(join(home, "tool.json"), "utf8")) as ToolRecord;
}

/** Whoever holds the lock of a tool is the only one who makes it, so any other unfinished folder was left behind. */
async function removeUnfinished(plan: Plan, toolbox: Toolbox): Promise<void> {
  const left = (await readdir(toolbox.cache)).filter((entry) => entry.startsWith(unfinishedPrefix(plan)));
  for (const entry of left) await rm(join(toolbox.cache, entry), { recursive: true, force: true });
}

const unfinishedPrefix = (plan: Plan): string => `.${plan.folder}.`;
