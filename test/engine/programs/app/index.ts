import * as k8s from "@pulumi/kubernetes";
import { Config, getStack, type Input } from "@pulumi/pulumi";
import { fileURLToPath } from "node:url";

const config = new Config();
const isOn = (name: string): boolean => config.getBoolean(name) ?? false;
const name = getStack();
const unwatched = { "pulumi.com/skipAwait": "true" };

const provider = new k8s.Provider("cluster", {
  kubeconfig: config.require("kubeconfig"),
  enableConfigMapMutable: isOn("mutable"),
  enableSecretMutable: isOn("mutable"),
});
const namespace = new k8s.core.v1.Namespace("namespace", { metadata: { name } }, { provider });
const inside = (object: string) => ({ name: object, namespace: namespace.metadata.name });

const settings = new k8s.core.v1.ConfigMap(
  "settings",
  { metadata: inside("settings"), data: { text: config.get("text") ?? "first" } },
  { provider },
);
const credentials = new k8s.core.v1.Secret(
  "credentials",
  { metadata: inside("credentials"), stringData: { password: config.requireSecret("password") } },
  { provider },
);
const labels = { app: "web" };
new k8s.apps.v1.Deployment(
  "web",
  {
    metadata: { ...inside("web"), annotations: unwatched },
    spec: {
      replicas: config.getNumber("replicas") ?? 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "web",
              image: "localhost/never-started",
              resources: { requests: { cpu: "0.01", memory: "1024Mi" } },
              envFrom: [
                { configMapRef: { name: settings.metadata.name } },
                { secretRef: { name: credentials.metadata.name } },
              ],
            },
          ],
        },
      },
    },
  },
  { provider },
);
new k8s.core.v1.PersistentVolumeClaim(
  "data",
  {
    metadata: { ...inside("data"), annotations: unwatched },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  },
  { provider, protect: isOn("protect") },
);

if (isOn("chart")) {
  const chartValues: Record<string, Input<string>> = {
    greeting: config.get("text") ?? "first",
    password: config.requireSecret("password"),
  };
  new k8s.helm.v4.Chart(
    "chart",
    {
      chart: fileURLToPath(new URL("chart", import.meta.url)),
      namespace: namespace.metadata.name,
      values: chartValues,
      skipAwait: true,
    },
    { provider },
  );
}
const hopeless = config.get("hopeless");
if (hopeless) {
  new k8s.core.v1.Pod(
    "hopeless",
    {
      metadata: inside("hopeless"),
      spec: { containers: [{ name: "main", image: "localhost/never-started" }] },
    },
    { provider, customTimeouts: { create: hopeless, update: hopeless } },
  );
}
if (isOn("collide")) {
  new k8s.core.v1.ConfigMap(
    "twin",
    { metadata: { name: "already-there", namespace: "default" } },
    { provider },
  );
}

export const password = config.requireSecret("password");
