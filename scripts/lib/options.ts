import { Option } from "commander";

/** `--stack`: which installation a command works on. */
export const stackOption = new Option("--stack <name>", "name of the stack").default("demo").env("KIT_STACK");

/** `--stack` where a new one is named: a cluster of one's own is no place for a name that nobody chose. */
export const newStackOption = new Option("--stack <name>", "name of the stack")
  .makeOptionMandatory()
  .env("KIT_STACK");

/** `--output`: what a reading command prints. */
export const outputOption = new Option("--output <format>", "what to print")
  .choices(["text", "json"])
  .default("text");

/** `--yes`: go on without asking. */
export const yesOption = new Option("--yes", "do not ask for confirmation");
