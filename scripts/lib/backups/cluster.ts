/** Where a stack's database and server run, and how to reach them. */
export interface Cluster {
  readonly stack: string;
  readonly kubeconfig: string;
  /** Context of the kubeconfig; its current one when undefined. */
  readonly context?: string;
  readonly databaseNamespace: string;
  readonly serverNamespace: string;
}
