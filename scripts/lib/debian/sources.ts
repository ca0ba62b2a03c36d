/** One archive of an apt source list. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string | undefined;
}

/** Where Debian packages come from: the mirrors that this machine uses itself. */
export interface Mirrors {
  readonly main: AptSource;
  readonly security: AptSource | undefined;
}

/** Reads a source list: the style of one line a source (`.list`) or of paragraphs (`.sources`). */
export function parseSources(file: string, text: string): AptSource[] {
  return file.endsWith(".sources") ? parseParagraphs(text) : text.split("\n").flatMap(parseLine);
}

function parseLine(line: string): AptSource[] {
  const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.replace(/#.*/, "").trim());
  if (!match) return [];
  const [, options = "", uri = "", suite = "", components = ""] = match;
  const signedBy = /signed-by=(\S+)/i.exec(options)?.[1];
  return [{ uri: tidy(uri), suites: [suite], components: words(components), signedBy }];
}

function parseParagraphs(text: string): AptSource[] {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n\s*\n/)
    .map(parseFields)
    .filter((fields) => words(fields.get("types")).includes("deb") && fields.get("enabled") !== "no")
    .flatMap((fields) => {
      const key = fields.get("signed-by");
      return words(fields.get("uris")).map((uri) => ({
        uri: tidy(uri),
        suites: words(fields.get("suites")),
        components: words(fields.get("components")),
        signedBy: key?.startsWith("/") ? key : undefined,
      }));
    });
}

function parseFields(paragraph: string): Map<string, string> {
  const fields = paragraph.matchAll(/^([\w-]+):((?:.*)(?:\n[ \t].*)*)/gm);
  return new Map([...fields].map(([, name = "", value = ""]) => [name.toLowerCase(), value.trim()]));
}

const words = (text = "") => text.split(/\s+/).filter((word) => word !== "");
const tidy = (uri: string) => uri.replace(/\/+$/, "");

const codenames = "bullseye|bookworm|trixie|forky|duke|sid";
const suites = new RegExp(`^(${codenames}|oldoldstable|oldstable|stable|testing|unstable)(-security)?$`);

export const isDebianRelease = (codename: string): boolean => new RegExp(`^(${codenames})$`).test(codename);

/** The mirrors of Debian among all sources, which may name archives of others for the same releases. */
export function findMirrors(sources: readonly AptSource[]): Mirrors | undefined {
  const debian = sources.filter(isDebian);
  const isSecurity = ({ suites }: AptSource) => suites.some((suite) => suite.endsWith("-security"));
  const main = debian.find((source) => !isSecurity(source));
  return main && { main, security: debian.find(isSecurity) };
}

function isDebian({ uri, suites: named, components, signedBy }: AptSource): boolean {
  return (
    components.includes("main") &&
    named.some((suite) => suites.test(suite)) &&
    (/\/debian(-security)?$/.test(uri) || signedBy?.includes("debian-archive") === true)
  );
}

/** A source list for one suite from these mirrors; only lists of packages are wanted of it. */
export function sourceList({ main, security }: Mirrors, suite: string): string {
  const line = ({ uri, signedBy }: AptSource, name: string) => {
    const options = ["target=Packages", ...(signedBy === undefined ? [] : [`signed-by=${signedBy}`])];
    return `deb [${options.join(" ")}] ${uri} ${name} main\n`;
  };
  return line(main, suite) + (security ? line(security, `${suite}-security`) : "");
}
