import { namesOf } from "../../../infra/naming.ts";
import { webHost } from "../../../infra/web-host.ts";
import { ensureStack, openWorkspace, setConfig } from "../pulumi/index.ts";
import { chooseBackend } from "./backend.ts";
import { makeCertificates } from "./certificates.ts";
import { checkSettings, readStackFile } from "./file.ts";
import type { StackHome } from "./home.ts";
import { certificateSettings, initialCredentials, initialSettings, type Answers } from "./settings.ts";

export interface Created {
  /** The names of the settings that were written. */
  readonly written: readonly string[];
  /** Where the kit keeps the state; undefined when the user's own backend has it. */
  readonly home: StackHome | undefined;
}

/** Makes a stack, or completes one: what it has already stays as it is. Wrong answers are refused before anything is made. */
export async function createStack(stack: string, answers: Answers): Promise<Created> {
  const file = (await readStackFile(stack)) ?? { plain: {}, names: [], encrypted: [] };
  const isAbsent = (key: string) => !file.names.includes(key);
  const wanted = initialSettings(answers);
  const plain = Object.fromEntries(Object.entries(wanted).filter(([key]) => isAbsent(key)));
  const { server } = checkSettings(stack, { ...plainValues(wanted), ...file.plain });

  const secret: Record<string, object> = {};
  if (isAbsent("credentials")) secret["credentials"] = initialCredentials();
  if (isAbsent("certificates")) {
    const made = await makeCertificates(stack, namesOf(stack).databaseNamespace, webHost(server.url));
    secret["certificates"] = certificateSettings(made);
  }

  const home = await chooseBackend(stack, file);
  const workspace = await openWorkspace(stack);
  await ensureStack(workspace);
  await setConfig(workspace, plain);
  await setConfig(workspace, secret, { secret: true });
  return { written: [...Object.keys(plain), ...Object.keys(secret)], home };
}

/** The settings as they read once they are written. */
const plainValues = (settings: Readonly<Record<string, string | object>>): Record<string, unknown> => ({
  ...settings,
  protection: settings["protection"] === "true",
});
