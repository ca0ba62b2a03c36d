import type { DownloadedPackage } from "../debian/packages.ts";

/** Something of others that is inside an image. */
export interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly sha256?: string;
}

/** A Debian package as a component. */
export function debianComponent(
  { name, version, architecture, sha256 }: DownloadedPackage,
  suite: string,
): Component {
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${suite}`;
  return { name, version, purl, sha256 };
}

/** An npm package as a component. */
export function npmComponent(name: string, version: string): Component {
  return { name, version, purl: `pkg:npm/${name.replace("@", "%40")}@${version}` };
}

/** Go and the Go modules of a program, from what Go writes into it (`go version -m` prints the same). */
export function goComponents(program: Buffer): Component[] {
  const { go, modules } = buildInfo(program);
  const found = modules.matchAll(/^(?:mod|dep)\t(\S+)\t(\S+).*(?:\n=>\t(\S+)\t(\S+).*)?$/gm);
  return [...found]
    .map(([, name = "", version = "", replacement, replacedBy]) => ({
      name: replacement ?? name,
      version: replacedBy ?? version,
    }))
    .filter(({ version }) => version.startsWith("v"))
    .concat({ name: "stdlib", version: go.replace(/^go/, "v") })
    .map(({ name, version }) => ({ name, version, purl: `pkg:golang/${name}@${version}` }));
}

/** See `debug/buildinfo` of Go: after a header of 32 bytes come Go's version and the modules, each with its length. */
function buildInfo(program: Buffer): { readonly go: string; readonly modules: string } {
  const start = program.indexOf("\xff Go buildinf:", 0, "latin1");
  if (start < 0) throw new Error("the program was not built by Go");
  const version = goString(program, start + 32);
  return { go: version.text, modules: goString(program, version.end).text };
}

function goString(program: Buffer, at: number): { readonly text: string; readonly end: number } {
  let length = 0;
  let next = at;
  for (let shift = 0; ; shift += 7) {
    const byte = program.readUInt8(next++);
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return { text: program.toString("latin1", next, next + length), end: next + length };
}

/** What an image contains, as a CycloneDX 1.6 document. It tells nothing of when and where it was made. */
export function cycloneDx(image: string, digest: string, components: readonly Component[]): string {
  const hex = digest.replace("sha256:", "");
  const unique = new Map(components.map((component) => [component.purl, component]));
  const sorted = [...unique.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(hex)}`,
    version: 1,
    metadata: {
      component: {
        type: "container",
        "bom-ref": image,
        name: image,
        version: digest,
        purl: `pkg:oci/${image}@${encodeURIComponent(digest)}`,
      },
    },
    components: sorted.map(({ name, version, purl, sha256 }) => ({
      type: "library",
      "bom-ref": purl,
      name,
      version,
      purl,
      ...(sha256 !== undefined && { hashes: [{ alg: "SHA-256", content: sha256 }] }),
    })),
    dependencies: [
      { ref: image, dependsOn: sorted.map(({ purl }) => purl) },
      ...sorted.map(({ purl }) => ({ ref: purl })),
    ],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

/** A UUID (version 8) that follows from the digest. */
function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{3})(.{3})(.{12}).*$/, "$1-$2-8$3-8$4-$5");
}
