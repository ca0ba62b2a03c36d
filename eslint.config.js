import tseslint from "typescript-eslint";

/** One-way dependencies: scripts → the pulumi CLI → infra → charts. */
const apart = (...patterns) => ({
  "no-restricted-imports": [
    "error",
    { patterns: [{ group: patterns, message: "See docs/architecture.md: dependencies point one way." }] },
  ],
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
  { files: ["infra/**"], rules: apart("**/scripts/**", "**/evaluation-server/**", "**/test/**") },
  { files: ["infra/*/**"], rules: apart("**/config.ts", "**/scripts/**", "**/evaluation-server/**") },
  { files: ["evaluation-server/**"], rules: apart("**/infra/**", "**/scripts/**") },
  { files: ["clients/**"], rules: apart("**/infra/**", "**/scripts/**") },
  { files: ["scripts/**"], rules: apart("**/evaluation-server/**", "**/infra/index.ts") },
);
