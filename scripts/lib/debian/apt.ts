/** A package of a closure, as apt chose it. */
export interface ChosenPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** Debian's name of a processor that Node knows. */
export function debianArchitecture(architecture: string): string {
  return architecture === "x64" ? "amd64" : architecture;
}

/** Configuration of apt that leaves the machine's own lists, packages and hooks alone. */
export function aptConfig(folder: string, scratch: string, architecture: string): string {
  return `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Etc::sourcelist "${scratch}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "${folder}/state";
Dir::State::status "${scratch}/status";
Dir::Cache "${folder}/cache";
`;
}

/** A dpkg status in which packages count as installed, so that neither they nor what only they need is chosen. */
export function statusWith(absent: readonly string[], architecture: string): string {
  return absent
    .map((name) =>
      [
        `Package: ${name}`,
        "Status: install ok installed",
        "Maintainer: nobody",
        "Version: 999:0",
        `Architecture: ${architecture}`,
        "Multi-Arch: allowed",
        "Description: left out on purpose",
        "",
        "",
      ].join("\n"),
    )
    .join("");
}

/** The packages that a simulated `apt-get install` would install, by name. */
export function chosenPackages(simulation: string): ChosenPackage[] {
  return [...simulation.matchAll(/^Inst (\S+) \((\S+) .*\[(\w+)\]\)/gm)]
    .map(([, name = "", version = "", architecture = ""]) => ({ name, version, architecture }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The file that apt downloads a package to. */
export function archiveName({ name, version, architecture }: ChosenPackage): string {
  return `${name}_${version.replaceAll(":", "%3a")}_${architecture}.deb`;
}
