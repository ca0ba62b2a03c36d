import { expect, it, vi } from "vitest";
import type { Connection } from "./connection.ts";
import { Hub } from "./hub.ts";

const connection = (database: string, client: string, sub?: string) => ({
  peer: { database, client, claims: sub === undefined ? undefined : { sub } },
  wake: vi.fn(),
});

it("a change wakes the other devices of who reads its realm", () => {
  const hub = new Hub();
  const connections = {
    writer: connection("zdemo", "1", "alice"),
    other: connection("zdemo", "2", "alice"),
    elsewhere: connection("zother", "3", "alice"),
    bob: connection("zdemo", "4", "bob"),
    nobody: connection("zdemo", "5"),
  };
  for (const one of Object.values(connections)) hub.add(one as unknown as Connection);
  const woken = () =>
    Object.entries(connections)
      .filter(([, { wake }]) => wake.mock.calls.length > 0)
      .map(([name]) => name);
  hub.wake({ database: "zdemo", client: "1", realm: "alice" });
  expect(woken()).toEqual(["other"]);
  hub.wake({ database: "zdemo", client: "0", realm: "rlm-public" });
  expect(woken()).toEqual(["writer", "other", "bob", "nobody"]);
});
