import * as pulumi from "@pulumi/pulumi";
import { dataVolume } from "../volume.ts";

export interface BackupsArgs {
  readonly namespace: pulumi.Input<string>;
  /** Size of the repository volume. It can grow in place and cannot shrink. */
  readonly size: string;
  readonly storageClass: string | undefined;
  readonly protection: boolean;
}

/** Where the encrypted backups and the archived WAL of the database lie. */
export class Backups extends pulumi.ComponentResource {
  /** Claim of the repository volume. */
  readonly claim: pulumi.Output<string>;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:backups:Backups", name, {}, opts);
    const repository = dataVolume(
      `${name}-repository`,
      { ...args, claim: "repository", component: "repository" },
      this,
    );

    this.claim = repository.metadata.name;
    this.registerOutputs({ claim: this.claim });
  }
}
