import { expect, it } from "vitest";
import { failureOf } from "./beside.ts";

const ended = (exitCode: number) => ({ terminated: { exitCode } });

it.each([
  ["waits to be tried again", { waiting: {} }, ended(1), 1],
  ["is at work again after the node was restarted", { running: {} }, ended(255), undefined],
  ["waits for its turn", { waiting: {} }, {}, undefined],
  ["ended well at the second attempt", ended(0), ended(1), undefined],
])("a restore beside that %s has failed with %s, %s: %s", (_what, state, lastState, exitCode) => {
  const containers = [
    { name: "data-key", state: ended(0), lastState: {} },
    { name: "restore", state, lastState },
  ];
  expect(failureOf(containers)).toEqual(exitCode && { name: "restore", exitCode });
});
