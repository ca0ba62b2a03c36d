import { expect, test } from "vitest";
import { describeFault } from "./faults.ts";
import { identitiesOf, kekFaults } from "./kek.ts";

const identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
const recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
const another = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z";
const file = "/etc/kek.txt";

test("the identity is read as it is kept in the Secret", () => {
  expect(identitiesOf(`# mine\n${identity}\n`)).toBe(`${identity}\n`);
});

test.each([
  ["no fault", identity, recipient, []],
  [
    "a file that is not there",
    undefined,
    recipient,
    [/^keys\.age\.identityFile: \/etc\/kek\.txt cannot be read/],
  ],
  [
    "a damaged identity",
    "AGE-SECRET-KEY-1",
    recipient,
    [/holds no age identity in plain form .* such as age-/],
  ],
  [
    "the identity of another recipient",
    identity,
    another,
    [
      new RegExp(
        `^keys\\.age\\.recipient: is not the recipient of the identity in /etc/kek.txt, which is ${recipient}$`,
      ),
    ],
  ],
  ["a recipient with a typing error, which has a fault of its own", identity, "age1", []],
])("%s", (_, text, named, expected) => {
  const told = kekFaults(file, named, () => text).map(describeFault);
  expect(told).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
  expect(told.join()).not.toContain(identity);
});

test.each([undefined, "~/kek.txt"])("a path that is not right has a fault of its own: %s", (path) => {
  expect(kekFaults(path, recipient, () => undefined)).toEqual([]);
});
