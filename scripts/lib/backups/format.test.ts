import { expect, it } from "vitest";
import { formatBytes } from "./format.ts";

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [31_452_001, "30.0 MiB"],
  [5e15, "4547.5 TiB"],
])("%i bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
