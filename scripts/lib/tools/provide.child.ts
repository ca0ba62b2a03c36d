// Installs a tool in a process of its own, for the test that kills it.
import { provide } from "./provide.ts";
import type { Toolbox } from "./toolbox.ts";

process.on("message", (toolbox: Toolbox) => {
  void provide("hello", { ...toolbox, report: () => undefined });
});
