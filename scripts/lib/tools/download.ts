import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { chmod, mkdir, rename, rm, stat } from "node:fs/promises";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";
import { KitError } from "../errors.ts";
import { commandAsTyped } from "../interrupts.ts";
import { formatBytes } from "../backups/format.ts";
import type { Download } from "./lock.ts";
import type { Toolbox } from "./toolbox.ts";
import { Unavailable } from "./unavailable.ts";

/** How long a download site may stay silent, and how slow it may be. */
export interface Patience {
  /** Before it answers. */
  readonly answerMs: number;
  /** Between two pieces. */
  readonly silenceMs: number;
  /** It must send at least this many bytes in each such time. */
  readonly least: { readonly bytes: number; readonly ms: number };
}

// Sites that could not be reached are not asked again by this process.
const unreachable = new Map<string, string>();

/** Downloads a tool, verifies it, and only then unpacks its executables into `bin`. */
export async function downloadTool(
  download: Download,
  name: string,
  bin: string,
  { patience, report }: Pick<Toolbox, "patience" | "report">,
): Promise<void> {
  const file = join(bin, "..", "download");
  const started = performance.now();
  try {
    const sha256 = await fetchTo(file, download.url, patience, (bytes) => {
      report(`${name}: ${formatBytes(bytes)}, ${rate(bytes, started)}`);
    });
    const { size } = await stat(file);
    report(`${name}: ${formatBytes(size)}, ${rate(size, started)}`);
    if (sha256 !== download.sha256) throw wrongChecksum(name, download, sha256);
    await unpack(file, download, name, bin);
  } finally {
    await rm(file, { force: true });
  }
}

const rate = (bytes: number, started: number): string =>
  `${formatBytes((bytes * 1000) / (performance.now() - started))} a second`;

/** Downloads into a file and returns the SHA-256 of what came. Tells from time to time how many bytes that is. */
async function fetchTo(
  file: string,
  url: string,
  patience: Patience,
  tell: (bytes: number) => void,
): Promise<string> {
  const { host } = new URL(url);
  const known = unreachable.get(host);
  if (known !== undefined) throw new Unavailable(known);
  const clock = new Clock();
  try {
    clock.within(patience.answerMs, `${host} did not answer`);
    const response = await get(url, clock.signal);
    if (response.statusCode !== 200)
      throw new Refused(`${host} answered ${response.statusCode ?? "nothing"}`);
    const hash = createHash("sha256");
    let bytes = 0;
    clock.watch(() => bytes, patience.least, host, tell);
    clock.within(patience.silenceMs, `${host} stopped sending`);
    const watched = async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        clock.within(patience.silenceMs, `${host} stopped sending`);
        bytes += piece.length;
        hash.update(piece);
        yield piece;
      }
    };
    await pipeline(response, watched, createWriteStream(file), { signal: clock.signal });
    return hash.digest("hex");
  } catch (error) {
    if (error instanceof Refused) throw new Unavailable(error.message);
    const reason = clock.ranOut ?? `${host} cannot be reached (${causeOf(error)})`;
    unreachable.set(host, reason);
    throw new Unavailable(reason);
  } finally {
    clock.stop();
  }
}

const mostRedirects = 5;

/** Asks a site, over the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, and follows where it leads. */
async function get(url: string, signal: AbortSignal, redirects = 0): Promise<IncomingMessage> {
  const { Agent, get: ask } = url.startsWith("https:") ? https : http;
  const asked = ask(url, { agent: new Agent({ proxyEnv: process.env }), signal });
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const { location } = response.headers;
  if (location === undefined || redirects === mostRedirects) return response;
  response.resume();
  return get(new URL(location, url).href, signal, redirects + 1);
}

/** The site answers, but not with this file; it can be asked for others. */
class Refused extends Error {
  override readonly name = "Refused";
}

/** Aborts when what is expected next does not come in time. */
class Clock {
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  ranOut: string | undefined;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  within(ms: number, otherwise: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#end(`${otherwise} within ${ms / 1000} s`);
    }, ms);
  }

  /** Ends a download of which too little came since the last look. */
  watch(come: () => number, least: Patience["least"], host: string, tell: (bytes: number) => void): void {
    let before = 0;
    this.#watch = setInterval(() => {
      const bytes = come();
      if (bytes - before < least.bytes)
        this.#end(`${host} sent less than ${formatBytes(least.bytes)} in ${least.ms / 1000} s`);
      else tell(bytes);
      before = bytes;
    }, least.ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
  }

  #end(why: string): void {
    this.ranOut ??= why;
    this.#abort.abort();
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}

function wrongChecksum(name: string, download: Download, got: string): KitError {
  return new KitError("checksum", `the download of ${name} is not what the kit expects`, {
    why: `${download.url} has SHA-256 ${got}, the lock file says ${download.sha256}; nothing of it was kept. Find out who changes the download before it is tried again`,
    next: commandAsTyped(),
  });
}

async function unpack(file: string, { take }: Download, name: string, bin: string): Promise<void> {
  if (take === undefined) {
    await chmod(file, 0o755);
    await rename(file, join(bin, name));
    return;
  }
  const folder = join(bin, "..", "unpacked");
  await mkdir(folder);
  await extract({ file, cwd: folder, strict: true });
  for (const path of take) await rename(join(folder, path), join(bin, basename(path)));
  await rm(folder, { recursive: true });
}
