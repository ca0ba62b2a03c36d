import { join } from "node:path";
import { ensureIdentity } from "../../scripts/lib/stack/identities.ts";
import { makeCertificates } from "../../scripts/lib/stack/certificates.ts";
import {
  certificateSettings,
  initialCredentials,
  initialSettings,
  type TargetSetting,
} from "../../scripts/lib/stack/settings.ts";

export interface ProductSettings {
  readonly plain: Record<string, object>;
  readonly secret: {
    readonly credentials: Record<string, string>;
    readonly certificates: object;
    readonly registry: object;
    readonly oneTimePasswords: object;
  };
  /** Every text that may stand nowhere in plain. */
  readonly hidden: readonly string[];
}

const image = (name: string): string => `localhost/${name}@sha256:${"0123456789abcdef".repeat(4)}`;

/** A complete configuration of the product, as `./kit init` would write it, with its keys in the folder. */
export async function productSettings(
  stack: string,
  folder: string,
  target: TargetSetting,
): Promise<ProductSettings> {
  const identityFile = join(folder, "kek.txt");
  const recipient = await ensureIdentity(identityFile);
  const escrow = [
    await ensureIdentity(join(folder, "escrow-1.txt")),
    await ensureIdentity(join(folder, "escrow-2.txt")),
  ];
  const credentials = initialCredentials();
  const certificates = await makeCertificates(stack, `${stack}-database`, "localhost");
  const plain = initialSettings({
    target,
    url: "https://localhost:30443",
    images: { server: image("server"), postgres: image("postgres"), edge: image("edge") },
    kek: { identityFile, recipient },
    escrow,
  }) as Record<string, object>;
  const keys = [certificates.postgres, certificates.backup, certificates.edge].map(({ key }) => key);
  const login = { username: "robot", password: "opens-the-registry-and-nothing-else" };
  const token = "lets-anybody-send-mails";
  return {
    plain,
    secret: {
      credentials,
      certificates: certificateSettings(certificates),
      registry: { auths: { "registry.example.com": login } },
      oneTimePasswords: { webhook: `https://mailer.example.com/send?token=${token}` },
    },
    hidden: [...Object.values(credentials), ...keys.map(firstLine), login.password, token],
  };
}

/** The first line of a PEM that is the key itself. */
const firstLine = (pem: string): string => pem.split("\n")[1] ?? pem;
