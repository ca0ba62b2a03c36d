/** What can be asked for. */
export const suites = ["unit", "chart", "engine", "e2e"] as const;
export type Suite = (typeof suites)[number];

/** A project of vitest.config.ts. */
export type Project = "unit" | "chart" | "engine" | "stories" | "stories-beside" | "stories-end";

const projectsOf: Readonly<Record<Suite, readonly Project[]>> = {
  unit: ["unit"],
  chart: ["chart"],
  engine: ["engine"],
  e2e: ["stories", "stories-beside", "stories-end"],
};

/** Rounds follow each other. The lanes of a round run at the same time, since most tests wait more than they work. */
const rounds: readonly (readonly (readonly Project[])[])[] = [
  [["stories"], ["stories-beside", "unit", "chart", "engine"]],
  [["stories-end"]],
];

/** The rounds of lanes of projects that some suites need. */
export function roundsOf(asked: readonly Suite[]): Project[][][] {
  const wanted = new Set(asked.flatMap((suite) => projectsOf[suite]));
  return rounds
    .map((lanes) => lanes.map((lane) => lane.filter((project) => wanted.has(project))).filter(isUsed))
    .filter(isUsed);
}

const isUsed = (list: readonly unknown[]): boolean => list.length > 0;
