import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Stories build on each other, so files run in the order of their numbers. */
class ByName extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve([...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)));
  }
}

/**
 * Projects of one run go one after the other, so that long ones do not slow each other down. A busy machine may take long
 * for what is quick on another.
 */
const project = (groupOrder: number, name: string, include: string[], extra: object = {}) => ({
  extends: true as const,
  test: { name, include, sequence: { groupOrder }, testTimeout: 300_000, hookTimeout: 300_000, ...extra },
});

/** They wait for each other, when one needs the node for itself. */
const stories = { hookTimeout: 1_800_000, fileParallelism: false };
const onTheNode = { ...stories, globalSetup: "test/e2e/support/machine-before.ts" };

// `kit test` runs stories-beside and what needs no node beside the stories, and after both what ends the node.
export default defineConfig({
  test: {
    sequence: { sequencer: ByName },
    projects: [
      project(1, "stories-beside", ["test/e2e/beside/*.test.ts"], onTheNode),
      project(
        2,
        "unit",
        ["{infra,scripts,toolchain,images,evaluation-server}/**/*.test.ts", "test/unit/**/*.test.ts"],
        // Most of them wait for servers that they start.
        { maxWorkers: 4 },
      ),
      project(3, "chart", ["test/chart/**/*.test.ts"], { globalSetup: "test/engine/setup.ts" }),
      project(4, "engine", ["test/engine/**/*.test.ts"], {
        globalSetup: "test/engine/setup.ts",
        maxWorkers: 2,
      }),
      project(5, "stories", ["test/e2e/*.test.ts"], onTheNode),
      project(6, "stories-end", ["test/e2e/end/*.test.ts"], stories),
    ],
  },
});
