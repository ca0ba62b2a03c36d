/** Values that go between a client process and its owner. */
export type Row = Record<string, unknown>;

export type Login = { readonly demo: string } | { readonly email: string };

export interface Status {
  readonly user: string | undefined;
  /** not-in-sync, in-sync, error, offline, … */
  readonly phase: string;
  /** What the last sync failed with, while `phase` is "error". */
  readonly error: string | undefined;
  readonly webSocket: string;
  readonly serverRevision: string | undefined;
  readonly realms: readonly string[];
  /** Local changes that the server has not acknowledged. */
  readonly unsynced: number;
}

export interface Snapshot {
  readonly status: Status;
  readonly tables: Readonly<Record<string, readonly Row[]>>;
}

export type Command =
  | {
      readonly name: "open";
      readonly databaseUrl: string;
      readonly stores: Record<string, string>;
    }
  | { readonly name: "login"; readonly login: Login }
  | { readonly name: "otp"; readonly otp: string }
  | { readonly name: "add"; readonly table: string; readonly row: Row }
  | {
      readonly name: "update";
      readonly table: string;
      readonly key: string;
      readonly changes: Row;
    }
  | {
      readonly name: "increment";
      readonly table: string;
      readonly key: string;
      readonly property: string;
      readonly by: number;
    }
  | { readonly name: "delete"; readonly table: string; readonly key: string }
  | { readonly name: "sync" | "refresh" | "goOffline" | "goOnline" | "loseNextAnswer" };

export interface Request {
  readonly id: number;
  readonly command: Command;
}

export type FromClient =
  | { readonly type: "reply"; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "otp-wanted" };
