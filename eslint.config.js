import { readdirSync } from "node:fs";
import { join } from "node:path";
import tseslint from "typescript-eslint";

/** One-way dependencies: scripts → the pulumi CLI → infra → charts. */
const apart = (...patterns) => ({
  "no-restricted-imports": [
    "error",
    { patterns: [{ group: patterns, message: "See docs/architecture.md: dependencies point one way." }] },
  ],
});

const outsideInfra = ["**/scripts/**", "**/evaluation-server/**", "**/test/**"];
const components = readdirSync(join(import.meta.dirname, "infra"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
/** What stands in a folder of infra knows neither the configuration nor the other folders. */
const componentsApart = components.map((own) => {
  const others = components.filter((name) => name !== own).map((name) => `../${name}/**`);
  return { files: [`infra/${own}/**`], rules: apart("../config.ts", ...others, ...outsideInfra) };
});

export default tseslint.config(
  { ignores: ["**/node_modules/**", "**/dist/**", ".kit/**", "eslint.config.js"] },
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["infra/**"], rules: apart(...outsideInfra) },
  ...componentsApart,
  { files: ["evaluation-server/**"], rules: apart("**/infra/**", "**/scripts/**") },
  { files: ["clients/**"], rules: apart("**/infra/**", "**/scripts/**") },
  { files: ["scripts/**"], rules: apart("**/evaluation-server/**", "**/infra/index.ts") },
);
