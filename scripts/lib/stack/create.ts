import { namesOf } from "../../../infra/naming.ts";
import { ensureStack, openWorkspace, setConfig } from "../pulumi/index.ts";
import { makeCertificates } from "./certificates.ts";
import { checkSettings, readStackFile } from "./file.ts";
import { certificateSettings, initialCredentials, initialSettings, type Answers } from "./settings.ts";

/** Makes a stack, or completes one: what it has already stays as it is. Returns the names of the settings it wrote. */
export async function createStack(stack: string, answers: Answers): Promise<string[]> {
  const file = (await readStackFile(stack)) ?? { plain: {}, names: [], encrypted: [] };
  const isAbsent = (key: string) => !file.names.includes(key);
  const wanted = initialSettings(answers);
  const plain = Object.fromEntries(Object.entries(wanted).filter(([key]) => isAbsent(key)));
  const { server } = checkSettings(stack, { ...plainValues(wanted), ...file.plain });

  const secret: Record<string, object> = {};
  if (isAbsent("credentials")) secret["credentials"] = initialCredentials();
  if (isAbsent("certificates")) {
    const { hostname } = new URL(server.url);
    const made = await makeCertificates(stack, namesOf(stack).databaseNamespace, hostname);
    secret["certificates"] = certificateSettings(made);
  }

  const workspace = await openWorkspace(stack);
  await ensureStack(workspace);
  await setConfig(workspace, plain);
  await setConfig(workspace, secret, { secret: true });
  return [...Object.keys(plain), ...Object.keys(secret)];
}

/** The settings as they read once they are written. */
const plainValues = (settings: Readonly<Record<string, string | object>>): Record<string, unknown> => ({
  ...settings,
  protection: settings["protection"] === "true",
});
