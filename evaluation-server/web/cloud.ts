import { Dexie } from "dexie";
import * as module from "dexie-cloud-addon";

/** The addon's type declarations do not resolve under `nodenext`, so what is used of it is typed here. */
interface Observable<T> {
  readonly value: T;
  subscribe(next: (value: T) => void): unknown;
}

export interface Interaction {
  readonly type: string;
  readonly alerts: readonly { readonly message: string }[];
  onSubmit(fields: Record<string, string>): void;
  onCancel(): void;
}

export interface Cloud {
  readonly currentUser: Observable<{ readonly userId?: string; readonly isLoggedIn?: boolean }>;
  readonly syncState: Observable<{ readonly phase: string; readonly error?: Error }>;
  readonly webSocketStatus: Observable<string>;
  readonly persistedSyncState: Observable<
    { readonly serverRevision?: string; readonly realms?: readonly string[] } | undefined
  >;
  readonly userInteraction: Observable<Interaction | undefined>;
  configure(options: {
    databaseUrl: string;
    requireAuth: boolean;
    customLoginGui: boolean;
    tryUseServiceWorker: boolean;
  }): void;
  login(hints: { grant_type: "demo" | "otp"; email: string }): Promise<void>;
  logout(options: { force: boolean }): Promise<void>;
  sync(options: { purpose: "pull" | "push"; wait: boolean }): Promise<void>;
}

export type CloudDexie = Dexie & { readonly cloud: Cloud };

const addon: unknown = module;
const dexieCloud = (addon as { readonly default: (db: Dexie) => void }).default;

/** A local database that is a replica of the one at the given address. */
export function createReplica(name: string, databaseUrl: string, stores: Record<string, string>): CloudDexie {
  const db = new Dexie(name, { addons: [dexieCloud] }) as CloudDexie;
  db.version(1).stores(stores);
  db.cloud.configure({ databaseUrl, requireAuth: false, customLoginGui: true, tryUseServiceWorker: false });
  return db;
}
