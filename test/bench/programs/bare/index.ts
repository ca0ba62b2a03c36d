import * as k8s from "@pulumi/kubernetes";
import { Config } from "@pulumi/pulumi";

const config = new Config();
const provider = new k8s.Provider("cluster", { kubeconfig: config.require("kubeconfig") });
const namespace = new k8s.core.v1.Namespace("bench-bare", {}, { provider });

for (let index = 1; index < config.requireNumber("objects"); index++) {
  new k8s.core.v1.ConfigMap(
    `object-${index}`,
    { metadata: { namespace: namespace.metadata.name }, data: { index: String(index) } },
    { provider },
  );
}
