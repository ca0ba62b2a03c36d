import { $ } from "zx";

/** Packs a folder so that the same content gives the same bytes, whoever packs it and when. */
export async function packFolder(folder: string, into: string): Promise<void> {
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"];
  const options = { quiet: true, env: { ...process.env, LC_ALL: "C", TAR_OPTIONS: "" } };
  await $(options)`tar --create --file ${into} ${same} --directory ${folder} .`;
}
