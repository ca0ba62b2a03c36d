import { describe, expect, test } from "vitest";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { describeError, exitCode } from "../errors.ts";
import { diagnosticsIn, pulumiError } from "./failure.ts";

const prod = { stack: "prod", stateFolder: undefined, pulumi: "/cache/pulumi", env: {} };
const kept = {
  ...prod,
  stateFolder: "/kit/stacks/prod/state",
  env: { PULUMI_CONFIG_PASSPHRASE_FILE: "/kit/stacks/prod/passphrase" },
};
const again = "./kit up --stack prod --yes";
const around = { encrypted: [], read: () => undefined, now: new Date() };
const up = ["up", "--yes", "--skip-preview"];

/** What Pulumi prints when the program ends with this error. */
const printed = (message: string): string =>
  `Diagnostics:\n  pulumi:pulumi:Stack (kit-prod):\n    error: ${message.replaceAll("\n", "\n    ")}\n\nResources:\n    1 errored\n`;

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  throw new Error("nothing failed");
}

describe("wrong settings", () => {
  const error = pulumiError(
    prod,
    ["preview", "--json"],
    255,
    printed(messageOf(() => parseSettings({ server: { replicas: 0 }, nonsense: true }, "prod", around))),
  );

  test("end with the exit code for wrong use", () => {
    expect(exitCode[error.exit]).toBe(2);
  });

  test("are told with each key, and which file to correct", () => {
    expect(error.why).toMatch(/server\.replicas: must be 1 or more, such as 2/);
    expect(error.why).toMatch(/nonsense: is not a setting, known are target,/);
    expect(error.why).not.toMatch(/Resources|errored/);
    expect(error.why).toContain("Pulumi.prod.yaml");
  });
});

test.each([
  ["error: decrypting secret: incorrect passphrase", 255, "keyUnavailable", again],
  ["error: validating stack config: cipher: message authentication failed", 255, "keyUnavailable", again],
  [
    'error: Preview failed: PersistentVolumeClaim "data-postgres-0" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    255,
    "usage",
    again,
  ],
  [
    'error: persistentvolumeclaims "data-postgres-0" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    255,
    "usage",
    again,
  ],
  ["error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE", 255, "keyUnavailable", again],
  ["error: the stack is currently locked by 1 lock(s)", 255, "failed", "pulumi cancel --stack prod"],
  ["error: no stack named 'prod' found", 255, "stackNotFound", "./kit init --stack prod"],
  [
    'error: unable to replace resource "urn:pulumi:prod::kit::ConfigMap::keys-recipients"\nas it is currently marked for protection.',
    255,
    "keyUnavailable",
    again,
  ],
  [
    'error: unable to replace resource "urn:pulumi:prod::kit::PersistentVolumeClaim::database-data"\nas it is currently marked for protection.',
    255,
    "usage",
    "./kit preview --stack prod",
  ],
  ["error: something else", 1, "failed", again],
  ["error: PULUMI_ACCESS_TOKEN must be set for login", 3, "authentication", "PULUMI_BACKEND_URL=… ./kit up"],
  ["error: not logged in", 3, "authentication", again],
  ["", 9, "timeout", again],
  ["error: an exit code of nobody", 255, "failed", again],
])("%s with %d", (text, code, exit, next) => {
  const error = pulumiError(prod, up, code, text, again);
  expect(error.exit).toBe(exit);
  expect(error.next).toContain(next);
});

test("a stack whose state the kit keeps is unlocked where that is", () => {
  const { next } = pulumiError(kept, up, 255, "error: the stack is currently locked by 1 lock(s)");
  expect(next).toBe(
    "PULUMI_BACKEND_URL=file:///kit/stacks/prod/state PULUMI_CONFIG_PASSPHRASE_FILE=/kit/stacks/prod/passphrase /cache/pulumi cancel --stack prod",
  );
});

test("a failure of something else tells what Pulumi told, without colours and its summary", () => {
  const text =
    "\u001b[31merror:\u001b[0m update failed\n\nerror: update failed\n  it is so\nResources:\n    +1\nDuration: 3s";
  expect(describeError(pulumiError(prod, ["stack", "init", "--no-select"], 1, text, again))).toBe(
    [
      "error 1 (failed): pulumi stack init of stack prod failed",
      "  why:  update failed",
      "        it is so",
      `  next: ${again}`,
    ].join("\n"),
  );
});

test("what a preview in JSON has to say are its diagnostics", () => {
  const preview = {
    steps: [],
    diagnostics: [{ message: "error: SettingsError: two\n  a\n  b\n" }, { message: "warning" }],
  };
  expect(diagnosticsIn(JSON.stringify(preview, null, 4))).toBe(
    "error: SettingsError: two\n  a\n  b\n\nwarning",
  );
  expect(diagnosticsIn('{ "steps": [] }')).toBe("");
  expect(diagnosticsIn("Diagnostics:")).toBeUndefined();
});
