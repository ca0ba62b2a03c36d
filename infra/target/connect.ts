import { kubernetesTarget, type KubernetesTarget } from "./kubernetes.ts";
import { localTarget } from "./local.ts";
import type { Target } from "./target.ts";

/** The target that the settings name. After this nothing depends on its kind. */
export function connect(
  settings:
    | { readonly kind: "local"; readonly kubeconfig: string }
    | ({ readonly kind: "kubernetes" } & KubernetesTarget),
): Target {
  switch (settings.kind) {
    case "local":
      return localTarget(settings);
    case "kubernetes":
      return kubernetesTarget(settings);
  }
}
