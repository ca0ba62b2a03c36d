import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, ...extra },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", [
        "{infra,scripts,toolchain,images,evaluation-server}/**/*.test.ts",
        "test/unit/**/*.test.ts",
      ]),
      project("chart", ["test/chart/**/*.test.ts"], { testTimeout: 60_000 }),
      project("engine", ["test/engine/**/*.test.ts"], { testTimeout: 180_000, hookTimeout: 180_000 }),
      project("e2e", ["test/e2e/**/*.test.ts"], {
        testTimeout: 300_000,
        hookTimeout: 900_000,
        fileParallelism: false,
        sequence: { concurrent: false },
      }),
    ],
  },
});
