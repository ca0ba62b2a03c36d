/** A Kubernetes object as a chart or the program gives it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

export interface PodSpec extends Readonly<Record<string, unknown>> {
  readonly containers: readonly {
    readonly name: string;
    readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  }[];
}

/** The template of the pods that an object makes, if it makes any. */
export function podTemplateOf({ kind, spec }: KubernetesObject): PodTemplate | undefined {
  const job = kind === "CronJob" ? (spec?.["jobTemplate"] as { spec: { template: PodTemplate } }).spec : spec;
  return ["Deployment", "StatefulSet", "Job", "CronJob"].includes(kind)
    ? (job?.["template"] as PodTemplate)
    : undefined;
}

/** `kind/name`, in alphabetical order. */
export const namesOf = (objects: readonly KubernetesObject[]): string[] =>
  objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();
