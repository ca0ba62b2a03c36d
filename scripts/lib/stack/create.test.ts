import { expect, it } from "vitest";
import { createStack } from "./create.ts";
import { hasStackHome } from "./home.ts";

it("leaves nothing behind when the answers are wrong, so that a backend can still be named", async () => {
  const stack = "refused";
  const image = `registry.example.com/dexie@sha256:${"0123456789abcdef".repeat(4)}`;
  const refused = createStack(stack, {
    target: { kind: "local", kubeconfig: "/k" },
    url: "http://dexie.example.com",
    images: { server: image, postgres: image, edge: image },
    kek: { identityFile: "/kek.txt", recipient: "age1" },
    escrow: [],
  });
  await expect(refused).rejects.toThrow(`the settings of stack ${stack} are not right`);
  expect(hasStackHome(stack)).toBe(false);
});
