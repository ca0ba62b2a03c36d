import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Stories build on each other, so files run in the order of their numbers. */
class ByName extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve([...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)));
  }
}

/** Projects run one after the other, so that long stories do not slow each other down. */
const project = (groupOrder: number, name: string, include: string[], extra: object = {}) => ({
  extends: true as const,
  test: { name, include, sequence: { groupOrder }, ...extra },
});

export default defineConfig({
  test: {
    sequence: { sequencer: ByName },
    projects: [
      project(
        0,
        "unit",
        ["{infra,scripts,toolchain,images,evaluation-server}/**/*.test.ts", "test/unit/**/*.test.ts"],
        // Most of them wait for servers that they start.
        { testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 4 },
      ),
      project(1, "chart", ["test/chart/**/*.test.ts"], {
        globalSetup: "test/engine/setup.ts",
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      project(2, "engine", ["test/engine/**/*.test.ts"], {
        globalSetup: "test/engine/setup.ts",
        maxWorkers: 2,
        testTimeout: 180_000,
        hookTimeout: 180_000,
      }),
      project(3, "e2e", ["test/e2e/**/*.test.ts"], {
        testTimeout: 300_000,
        hookTimeout: 900_000,
        fileParallelism: false,
        // Stories share one loaded machine with all they start: a wait that ran out is told, and tried once more.
        retry: 1,
      }),
    ],
  },
});
