import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build, type BuildOptions, type BuildResult } from "esbuild";

const here = import.meta.dirname;

const common = {
  absWorkingDir: here,
  bundle: true,
  metafile: true,
  format: "esm",
  legalComments: "none",
  logLevel: "warning",
} satisfies BuildOptions;

/** The files that are in a bundle. */
const filesOf = ({ metafile }: BuildResult<typeof common>): string[] =>
  Object.keys(metafile.inputs).map((file) => join(here, file));

/** Bundles the server into one file, `server.js`, that runs on Node without any package beside it. Tells its sources. */
export async function bundleServer(outdir: string): Promise<string[]> {
  const bundle = await build({
    ...common,
    entryPoints: ["src/main.ts"],
    outfile: join(outdir, "server.js"),
    platform: "node",
    target: "node24",
    external: ["pg-native", "pg-cloudflare"],
    // Bundled CommonJS packages still ask for the modules of Node by require.
    banner: {
      js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
  });
  return filesOf(bundle);
}

/** Bundles the demo page; the server shows it when it lies in the folder `public` beside `server.js`. Tells its sources. */
export async function bundlePage(outdir: string): Promise<string[]> {
  await mkdir(outdir, { recursive: true });
  const bundle = await build({
    ...common,
    entryPoints: ["web/app.ts"],
    outfile: join(outdir, "app.js"),
    platform: "browser",
    target: "es2022",
    minify: true,
  });
  for (const name of ["index.html", "style.css", "icon.svg"])
    await copyFile(join(here, "web", name), join(outdir, name));
  return filesOf(bundle);
}
