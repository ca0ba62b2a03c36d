import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dataLocks } from "../locks.ts";

export interface IsolatedNamespaceArgs {
  /** Name in the cluster. */
  readonly name: string;
  /** What it is a part of, as a label. */
  readonly component: string;
  /** Lock it, since deleting a namespace deletes everything in it. */
  readonly protection: boolean;
  /** How its pods log in to the registry, as a dockerconfigjson. */
  readonly registry: pulumi.Output<string> | undefined;
}

/** A namespace in which pods run without privileges and talk to nobody unless a policy says so. */
export class IsolatedNamespace extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** Names of the Secrets with which its pods pull their images. */
  readonly pullSecrets: readonly pulumi.Output<string>[];

  constructor(name: string, args: IsolatedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    // Pulumi plans nothing for a changed lock alone; as an input of the component it is seen before it is made.
    super("kit:namespaces:IsolatedNamespace", name, { protection: args.protection }, opts);
    const labels = {
      "app.kubernetes.io/component": args.component,
      "app.kubernetes.io/part-of": "dexie-cloud-kit",
      "app.kubernetes.io/managed-by": "pulumi",
    };
    const namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name: args.name, labels: { ...labels, ...restricted } } },
      { parent: this, ...dataLocks(args.protection) },
    );
    const registryLogin = (login: pulumi.Output<string>) =>
      new k8s.core.v1.Secret(
        `${name}-registry`,
        {
          metadata: { name: "registry", namespace: namespace.metadata.name, labels },
          type: "kubernetes.io/dockerconfigjson",
          stringData: { ".dockerconfigjson": login },
        },
        { parent: this },
      ).metadata.name;
    new k8s.networking.v1.NetworkPolicy(
      `${name}-deny`,
      {
        metadata: { name: "default-deny", namespace: namespace.metadata.name, labels },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      { parent: this },
    );

    this.name = namespace.metadata.name;
    this.pullSecrets = args.registry === undefined ? [] : [registryLogin(args.registry)];
    this.registerOutputs({ name: this.name });
  }
}

/** Pod Security: the API server refuses pods that ask for more than they need. */
const restricted = Object.fromEntries(
  ["enforce", "warn", "audit"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
);
