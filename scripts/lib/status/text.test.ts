import { expect, it } from "vitest";
import { statusDocument } from "./text.ts";

it("has every field also where the database's pod cannot tell", () => {
  const document = statusDocument(
    {
      stack: "office",
      url: "https://dexie.example.com",
      parts: [],
      restore: undefined,
      schedules: [],
      certificates: [],
      backups: undefined,
      keys: undefined,
      standIns: [],
    },
    [],
  );
  const unknown = { newestBackup: null, newestWal: null, archivedUntil: null, keys: null };
  expect(JSON.parse(JSON.stringify(document))).toMatchObject(unknown);
});
