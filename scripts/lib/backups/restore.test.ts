import { beforeEach, expect, it, vi } from "vitest";
import { Phases } from "../say.ts";
import { runJob } from "./jobs.ts";
import { inDatabase } from "./kubectl.ts";
import { restoreInPlace } from "./restore.ts";
import { startService, writeNote } from "./service.ts";

vi.mock("./jobs.ts", () => ({
  runJob: vi.fn(),
  endedJobState: () => Promise.resolve("failed"),
  deleteJob: () => Promise.resolve(),
}));
vi.mock("./kubectl.ts", () => ({ inDatabase: vi.fn() }));
vi.mock("./plan.ts", () => ({
  planRestore: () => Promise.resolve({}),
  restoreEnvironment: () => ({}),
}));
vi.mock("./service.ts", () => ({
  readService: () => Promise.resolve({ note: undefined, stopped: false }),
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
const proof = { backup: "1F", target: null, recoveryPoint: null, timeline: 2, databaseBytes: 1 };
const restore = () =>
  restoreInPlace(cluster, { confirm: () => Promise.resolve() }, new Phases(4)).finally(() =>
    expect(vi.mocked(writeNote)).toHaveBeenLastCalledWith(cluster, undefined),
  );
const noteId = () => vi.mocked(writeNote).mock.calls[0]?.[1]?.id ?? "";

/** What the database's pod answers to `cat` of the proof, and to everything else. */
function proofInPod(id: () => string | undefined): void {
  vi.mocked(inDatabase).mockImplementation((_cluster, _pod, [program]) => {
    const found = program === "cat" ? id() : "";
    const stdout = JSON.stringify({ id: found, ...proof });
    return Promise.resolve({ exitCode: found === undefined ? 1 : 0, stdout, stderr: "" });
  });
}

beforeEach(() => {
  vi.clearAllMocks();
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.mocked(runJob).mockRejectedValue(new Error("pod restore-1-x is gone"));
});

it("a job that was killed after it had put the restored database in its place has restored", async () => {
  proofInPod(noteId);
  const restored = await restore();
  expect(restored).toMatchObject({ id: noteId(), timeline: 2 });
});

it.each([
  ["nothing", undefined],
  ["an earlier restore", "earlier"],
])("a job that failed, with %s in its place, puts the database back into service", async (_what, id) => {
  proofInPod(() => id);
  await expect(restore()).rejects.toThrow("pod restore-1-x is gone");
  expect(vi.mocked(startService)).toHaveBeenCalledOnce();
});
