import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $, ProcessOutput } from "zx";
import { KitError } from "../errors.ts";
import { commandAsTyped } from "../interrupts.ts";
import { whileLocked } from "../lock.ts";
import { cacheDir } from "../paths.ts";
import type { Phase } from "../say.ts";
import {
  aptConfig,
  archiveName,
  type ChosenPackage,
  chosenPackages,
  debianArchitecture,
  statusWith,
} from "./apt.ts";
import { type AptSource, findMirrors, type Mirrors, parseSources, sourceList } from "./sources.ts";

/** Which packages of which Debian release, with all that they depend on. */
export interface Closure {
  readonly suite: string;
  readonly include: readonly string[];
  /** Packages to do without although others depend on them; what only they need is left out with them. */
  readonly without: readonly string[];
}

/** A package on this machine. Apt has verified it against the signed lists of the mirror. */
export interface DownloadedPackage extends ChosenPackage {
  readonly file: string;
  readonly sha256: string;
}

/** Downloads packages of any Debian release with the mirrors and keys that this machine's apt uses itself. */
export async function downloadClosure(closure: Closure, phase: Phase): Promise<DownloadedPackage[]> {
  const folder = join(cacheDir, "debian", closure.suite);
  return whileLocked(folder, async () => {
    const scratch = join(folder, "run");
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch);
    try {
      return await download(closure, { folder, scratch }, phase);
    } catch (error) {
      throw aptError(closure, error);
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
}

async function download(
  { suite, include, without }: Closure,
  { folder, scratch }: { readonly folder: string; readonly scratch: string },
  phase: Phase,
): Promise<DownloadedPackage[]> {
  const architecture = debianArchitecture(process.arch);
  const config = join(scratch, "apt.conf");
  await mkdir(join(folder, "state/lists/partial"), { recursive: true });
  await mkdir(join(folder, "cache/archives/partial"), { recursive: true });
  await writeFile(config, aptConfig(folder, scratch, architecture));
  await writeFile(join(scratch, "sources.list"), sourceList(await mirrorsOfThisMachine(), suite));
  await writeFile(join(scratch, "status"), statusWith(without, architecture));

  const apt = $({ quiet: true, env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" } });
  phase.waitingFor(`the package lists of Debian ${suite}`);
  await apt`apt-get -c ${config} --error-on=any update`;
  const simulation = await apt`apt-get -c ${config} --simulate install ${include}`;
  const chosen = chosenPackages(simulation.stdout);
  phase.waitingFor(`${chosen.length} packages of Debian ${suite}`);
  await apt`apt-get -c ${config} --yes --download-only install ${include}`;
  return Promise.all(
    chosen.map(async (one) => {
      const file = join(folder, "cache/archives", archiveName(one));
      return {
        ...one,
        file,
        sha256: createHash("sha256")
          .update(await readFile(file))
          .digest("hex"),
      };
    }),
  );
}

/** Unpacks packages over each other, without running anything of them. */
export async function extractPackages(packages: readonly DownloadedPackage[], into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  for (const { file } of packages) await $({ quiet: true })`umask 022 && dpkg-deb --extract ${file} ${into}`;
}

export async function mirrorsOfThisMachine(): Promise<Mirrors> {
  const mirrors = findMirrors(await sourcesOfThisMachine());
  if (mirrors) return mirrors;
  throw new KitError("failed", "this machine's apt knows no mirror of Debian", {
    why: "no source in /etc/apt is one of a Debian release by its address, such as https://mirror.example/debian, or by signed-by=/usr/share/keyrings/debian-archive-keyring.gpg; docs/when-something-breaks.md says under Tools how to add one",
    next: commandAsTyped(),
  });
}

async function sourcesOfThisMachine(): Promise<AptSource[]> {
  const parts = "/etc/apt/sources.list.d";
  const names = await readdir(parts).catch(() => []);
  const files = ["/etc/apt/sources.list", ...names.sort().map((name) => join(parts, name))];
  const read = async (file: string) => parseSources(file, await readFile(file, "utf8").catch(() => ""));
  return (await Promise.all(files.filter((file) => /\.(list|sources)$/.test(file)).map(read))).flat();
}

function aptError({ suite, include }: Closure, error: unknown): unknown {
  if (!(error instanceof ProcessOutput)) return error;
  return new KitError("failed", `packages of Debian ${suite} cannot be had: ${include.join(" ")}`, {
    why: error.stderr.trim().split("\n").slice(-3).join("; "),
    next: `apt-get update && ${commandAsTyped()}`,
  });
}
