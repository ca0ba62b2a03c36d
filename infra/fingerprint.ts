import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** A keyed hash of secret texts. Without the key nobody can test guesses against it. */
export function keyedHash(key: string, values: readonly string[]): string {
  return createHmac("sha256", key).update(JSON.stringify(values)).digest("hex").slice(0, 32);
}

/** An annotation value that changes with the secrets, so that a changed one restarts the pods that read it. */
export function fingerprint(
  key: pulumi.Input<string>,
  values: readonly pulumi.Input<string>[],
): pulumi.Output<string> {
  const hash = pulumi.all([key, ...values]).apply(([first = "", ...rest]) => keyedHash(first, rest));
  return pulumi.unsecret(hash);
}
