import { expect, it } from "vitest";
import { refuseElsewhere } from "./own.ts";

it.each([[undefined], [{ kind: "local", kubeconfig: "/k" }]])(
  "the demo works on its own stack: %j",
  (target) => {
    expect(refuseElsewhere(target)).toBeUndefined();
  },
);

it.each([[{ kind: "kubernetes", kubeconfig: "/k", context: "production" }], [{}], [null], ["local"]])(
  "the demo leaves a stack of its name on another target alone: %j",
  (target) => {
    expect(refuseElsewhere(target)?.exit).toBe("usage");
  },
);
