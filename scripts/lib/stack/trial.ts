import { kubeconfigPath } from "../local/index.ts";
import { keepState } from "./backend.ts";
import { createStack } from "./create.ts";
import type { StackHome } from "./home.ts";
import { ensureIdentity } from "./identities.ts";
import { useImages, type StackImages } from "./local.ts";

/** Makes or completes a stack on this machine, with everything that a customer would hold made by the kit in its home. */
export async function createTrialStack(stack: string, url: string, images: StackImages): Promise<StackHome> {
  const home = await keepState(stack);
  const recipient = await ensureIdentity(home.kekFile);
  const escrow: string[] = [];
  for (const file of home.escrowFiles) escrow.push(await ensureIdentity(file));
  await createStack(stack, {
    target: { kind: "local", kubeconfig: kubeconfigPath },
    url,
    images,
    kek: { identityFile: home.kekFile, recipient },
    escrow,
  });
  await useImages(stack, images);
  return home;
}
