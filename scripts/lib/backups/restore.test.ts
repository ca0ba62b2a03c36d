import { beforeEach, expect, it, vi } from "vitest";
import { Phases } from "../say.ts";
import { runJob } from "./jobs.ts";
import { inDatabase } from "./kubectl.ts";
import { restoreInPlace } from "./restore.ts";
import type { RestoreNote } from "./resume.ts";
import { readService, startService, stopService, writeNote } from "./service.ts";

vi.mock("./jobs.ts", () => ({
  runJob: vi.fn(),
  jobState: () => Promise.resolve("running"),
  endedJobState: () => Promise.resolve("failed"),
  deleteJob: () => Promise.resolve(),
}));
vi.mock("./kubectl.ts", () => ({ inDatabase: vi.fn() }));
vi.mock("./plan.ts", () => ({
  planRestore: () => Promise.resolve({}),
  planResumed: () => Promise.resolve({}),
  restoreEnvironment: () => ({}),
}));
vi.mock("./service.ts", () => ({
  readService: vi.fn(),
  serverReplicas: () => Promise.resolve(2),
  startService: vi.fn(),
  stopService: vi.fn(),
  writeNote: vi.fn(),
}));

const cluster = {
  stack: "office",
  kubeconfig: "/dev/null",
  databaseNamespace: "office-database",
  serverNamespace: "office-server",
};
const other: RestoreNote = { id: "other", at: null, serverReplicas: 2 };
const restore = () => restoreInPlace(cluster, { confirm: () => Promise.resolve() }, new Phases(4));

/** What is noted at the database now, and the id of the last note. */
let noted: RestoreNote | undefined;
let lastId = "";

beforeEach(() => {
  vi.resetAllMocks();
  noted = undefined;
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.mocked(readService).mockImplementation(() => Promise.resolve({ note: noted, stopped: false }));
  vi.mocked(writeNote).mockImplementation((_cluster, note) => {
    noted = note;
    lastId = note?.id ?? lastId;
    return Promise.resolve();
  });
});

/** The job ends badly, with the proof of that restore in the database's pod. */
function killedJob(proofOf: () => string | undefined): void {
  vi.mocked(runJob).mockRejectedValue(new Error("pod restore-1-x is gone"));
  vi.mocked(inDatabase).mockImplementation((_cluster, _pod, [program]) => {
    const id = program === "cat" ? proofOf() : "";
    const proof = { id, backup: "1F", target: null, recoveryPoint: null, timeline: 2, databaseBytes: 1 };
    return Promise.resolve({ exitCode: id === undefined ? 1 : 0, stdout: JSON.stringify(proof), stderr: "" });
  });
}

it("a job that was killed after it had put the restored database in its place has restored", async () => {
  killedJob(() => lastId);
  const restored = await restore();
  expect(restored).toMatchObject({ id: lastId, timeline: 2 });
  expect(noted).toBeUndefined();
});

it.each([
  ["nothing", undefined],
  ["an earlier restore", "earlier"],
])("a job that failed, with %s in its place, puts the database back into service", async (_what, id) => {
  killedJob(() => id);
  await expect(restore()).rejects.toThrow("pod restore-1-x is gone");
  expect(vi.mocked(startService)).toHaveBeenCalledOnce();
  expect(noted).toBeUndefined();
});

it.each([
  ["that is followed ended, and its database goes back into service", other, undefined, 1],
  ["of somebody else began, and has the database", undefined, other, 0],
])("nothing is restored when a restore %s", async (_what, before, meanwhile, started) => {
  noted = before;
  vi.mocked(stopService).mockImplementation(() => {
    noted = meanwhile;
    return Promise.resolve();
  });
  await expect(restore()).rejects.toThrow("another restore began or ended meanwhile");
  expect(vi.mocked(runJob)).not.toHaveBeenCalled();
  expect(vi.mocked(startService)).toHaveBeenCalledTimes(started);
  expect(noted).toBe(meanwhile);
});
