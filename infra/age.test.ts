import { expect, test } from "vitest";
import { ageIdentities, isAgeRecipient, recipientOf } from "./age.ts";

// The key pair of the example in age's own manual.
const identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
const recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

test.each([
  [recipient, true],
  [recipient.replace("zvky", "zvkz"), false],
  [recipient.slice(0, -1), false],
  [recipient.toUpperCase(), false],
  [` ${recipient}`, false],
  [identity, false],
  ["age1", false],
  ["", false],
])("%s as a recipient: %s", (text, right) => {
  expect(isAgeRecipient(text)).toBe(right);
});

test("the identities of a file are found between its comments", () => {
  expect(ageIdentities(`# created: today\n# public key: ${recipient}\n\n  ${identity}\n`)).toEqual([
    identity,
  ]);
});

test.each([
  ["an encrypted file", "age-encryption.org/v1\n-> scrypt abc 18\n"],
  ["a typing error", identity.replace("GFPYY", "GFPYZ")],
  ["a recipient", recipient],
])("%s holds none", (_, text) => {
  expect(ageIdentities(text)).toEqual([]);
});

test("the recipient of an identity is the one that age makes", () => {
  expect(recipientOf(identity)).toBe(recipient);
});

test("what is no identity has no recipient", () => {
  expect(() => recipientOf(recipient)).toThrow("not an age identity");
});
