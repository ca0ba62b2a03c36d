import { output, runtime, type Input } from "@pulumi/pulumi";

/** Without a node no pod ever gets ready, so nothing is waited for. The product's program has no trace of this. */
runtime.registerResourceTransform(({ type, props, opts }) => {
  const isObject = type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/v4");
  if (!isObject) return undefined;
  const { metadata, ...others } = props as { metadata?: Input<Metadata> };
  const unwatched = output(metadata).apply((given) => ({
    ...given,
    annotations: { ...given?.annotations, "pulumi.com/skipAwait": "true" },
  }));
  return { props: { ...others, metadata: unwatched }, opts };
});

interface Metadata {
  readonly annotations?: Record<string, string>;
}
