import { kit } from "./kit.ts";
import { stack } from "./place.ts";

interface BackupList {
  readonly schema: string;
  readonly backups: readonly {
    readonly label: string;
    readonly type: string;
    readonly stop: string;
    readonly complete: boolean;
  }[];
  readonly restorable: { readonly from: string; readonly to: string };
}

/** What `./kit backup list` tells programs about the stack of the stories. */
export async function listBackups(): Promise<BackupList> {
  return JSON.parse(await kit("backup", "list", "--stack", stack, "--output", "json")) as BackupList;
}
