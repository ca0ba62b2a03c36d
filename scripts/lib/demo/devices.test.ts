import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { Devices } from "./devices.ts";

it("a device that cannot log in leaves no process behind, which would keep the kit from ending", async () => {
  const place = { url: "https://localhost:1", caFile: "/nowhere/ca.crt" };
  await expect(Devices.start(place)).rejects.toThrow("the devices did not get in sync");
  expect(await readFile(`/proc/self/task/${process.pid}/children`, "utf8")).toBe("");
});
