import { describe, expect, it } from "vitest";
import { parseMoment } from "./moment.ts";
import { planText, requireArchived, requireRoom } from "./plan.ts";
import type { Backup } from "./repository.ts";

const at = (time: string) => new Date(`2026-11-24T${time}Z`);
const mebi = 1024 ** 2;
const backup: Backup = {
  label: "F",
  type: "full",
  start: at("10:00:00"),
  stop: at("10:00:00"),
  timeline: 1,
  stopLsn: 0n,
  databaseBytes: 100 * mebi,
  repositoryBytes: 1,
  broken: false,
};
const point = { backup, timeline: 2 };
const window = { from: at("10:00:01"), to: at("12:00:00") };

describe("a restore in place", () => {
  it.each([
    [111 * mebi, true],
    [109 * mebi, false],
  ])("with %i bytes free is allowed: %s", (dataFreeBytes, allowed) => {
    const check = () => requireRoom({ dataFreeBytes }, point, "office");
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ exit: "preflight" }));
  });

  it("to the newest moment is refused when a broken database has not archived all, and names the moment that is left", () => {
    expect(() => requireArchived({ unarchived: "" }, window, "office")).not.toThrow();
    expect(() => requireArchived({ unarchived: "3 WAL files wait" }, window, "office")).toThrow(
      expect.objectContaining({
        exit: "usage",
        next: expect.stringContaining("./kit restore --at 2026-11-24T12:00:00.000Z --stack office") as string,
      }),
    );
  });
});

it("a plan says to which moment, from where, what stops and how much room it takes", () => {
  const plan = { window, point, at: parseMoment("2026-11-24T11:00:00Z") };
  expect(planText(plan, "in place").split("\n")).toEqual([
    "restore to:  2026-11-24T11:00:00.000Z",
    "from:        backup F, along timeline 2",
    "restorable:  2026-11-24T10:00:01.000Z to 2026-11-24T12:00:00.000Z",
    "room needed: about 110.0 MiB on the data volume, which has it",
    "stops:       the server and the database, until it is done",
  ]);
  expect(planText({ ...plan, at: undefined }, "beside")).toMatch(/newest moment[^]*new volume[^]*nothing$/);
});
