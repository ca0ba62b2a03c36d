import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { bundlePage, bundleServer } from "../../evaluation-server/build.ts";

// Puts the server and its page into the folder given, as files of the image, with the licenses of the packages
// that are bundled in them. Prints these packages.

interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

const [folder = ""] = process.argv.slice(2);
const app = join(folder, "app");

const bundled = await packagesOf([...(await bundleServer(app)), ...(await bundlePage(join(app, "public")))]);
for (const one of bundled) await copyLicense(one);
process.stdout.write(JSON.stringify(bundled.map(({ name, version }) => ({ name, version }))));

/** The packages that files belong to, each once. */
async function packagesOf(files: readonly string[]): Promise<Bundled[]> {
  const folders = files.flatMap(
    (file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(resolve(file)) ?? [],
  );
  return Promise.all([...new Set(folders)].sort().map(describe));
}

async function describe(at: string): Promise<Bundled> {
  const about = JSON.parse(await readFile(join(at, "package.json"), "utf8")) as Omit<Bundled, "folder">;
  return { name: about.name, version: about.version, folder: at };
}

async function copyLicense({ name, version, folder: from }: Bundled): Promise<void> {
  const licenses = (await readdir(from)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  for (const license of licenses) {
    const to = join(app, "licenses", `${name}-${version}`, license);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(join(from, license), to);
  }
}
