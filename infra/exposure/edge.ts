import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { fingerprint } from "../fingerprint.ts";
import { labels, selectorLabels } from "../naming.ts";
import type { Dns } from "../peers.ts";
import type { ExposureArgs } from "./args.ts";
import { haproxyConfig } from "./haproxy.ts";
import { edgeNetwork } from "./network.ts";

export interface EdgeArgs extends ExposureArgs {
  readonly image: string;
  readonly pullSecrets: readonly pulumi.Input<string>[];
  readonly dns: Dns;
  /** Fixed port on every node. */
  readonly nodePort: number | undefined;
  /** Type of the Service where no fixed port is asked for. */
  readonly outsideService: "NodePort" | "LoadBalancer";
}

const tlsPort = 8443;
const healthPort = 8404;
const healthz = { path: "/healthz", port: "health" };
const uid = 65532;

/** A proxy in front of the server that ends TLS. */
export class Edge extends pulumi.ComponentResource {
  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:exposure:Edge", name, {}, opts);
    const { namespace } = args;
    const child = { parent: this };
    const metadata = (object: string) => ({ name: object, namespace, labels: labels("edge") });
    const selector = { matchLabels: selectorLabels("edge") };

    const config = haproxyConfig({ backend: args.backend, tlsPort, healthPort });
    const configMap = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      { metadata: metadata("edge-config"), data: { "haproxy.cfg": config } },
      child,
    );
    const policy = new k8s.networking.v1.NetworkPolicy(
      `${name}-network`,
      { metadata: metadata("edge"), spec: edgeNetwork(tlsPort, args.backendPods, args.dns) },
      child,
    );
    new k8s.apps.v1.Deployment(
      name,
      {
        metadata: metadata("edge"),
        spec: {
          replicas: 2,
          selector,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: {
            metadata: {
              labels: labels("edge"),
              annotations: {
                "checksum/config": fingerprint("edge", [config]),
                "checksum/secrets": fingerprint(args.certificate.key, [
                  args.certificate.certificate,
                  args.certificate.key,
                ]),
              },
            },
            spec: edgePod(args, configMap.metadata.name),
          },
        },
      },
      { ...child, dependsOn: [policy] },
    );
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-budget`,
      { metadata: metadata("edge"), spec: { maxUnavailable: 1, selector } },
      child,
    );
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: metadata("edge"),
        spec: {
          type: args.nodePort === undefined ? args.outsideService : "NodePort",
          selector: selectorLabels("edge"),
          ports: [
            {
              name: "https",
              port: args.port,
              targetPort: "https",
              ...(args.nodePort === undefined ? {} : { nodePort: args.nodePort }),
            },
          ],
        },
      },
      child,
    );

    this.registerOutputs({});
  }
}

function edgePod(
  { image, pullSecrets, tlsSecret }: EdgeArgs,
  configMap: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) } : {}),
    // Longer than the proxy takes to end what is open.
    terminationGracePeriodSeconds: 45,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: uid,
      runAsGroup: uid,
      fsGroup: uid,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selectorLabels("edge") },
      },
    ],
    containers: [
      {
        name: "edge",
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["haproxy", "-db", "-f", "/etc/edge/config/haproxy.cfg"],
        ports: [
          { name: "https", containerPort: tlsPort },
          { name: "health", containerPort: healthPort },
        ],
        readinessProbe: { httpGet: healthz, periodSeconds: 2, timeoutSeconds: 5 },
        livenessProbe: { httpGet: healthz, periodSeconds: 10, timeoutSeconds: 5 },
        // Nodes need a moment to send new connections elsewhere.
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        volumeMounts: [
          { name: "config", mountPath: "/etc/edge/config", readOnly: true },
          { name: "tls", mountPath: "/etc/edge/tls", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name: configMap } },
      { name: "tls", secret: { secretName: tlsSecret, defaultMode: 0o440 } },
    ],
  };
}
