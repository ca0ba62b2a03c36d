export { awaitUnlocked } from "./locks.ts";
export { destroy, plan, preview, previewDestroy, refresh, up } from "./operations.ts";
export { findPlugins, officialInstead, standInsAmong, type PluginUse } from "./plugins.ts";
export { summarizePlan, type Plan, type PlannedStep } from "./plan.ts";
export {
  ensureStack,
  exportState,
  letGo,
  outputs,
  readConfig,
  removeStack,
  setConfig,
  stackExists,
  type ExportedState,
  type StateResource,
} from "./stack.ts";
export { ownStateSettings, pulumiAsTyped, type TypedStack } from "./typed.ts";
export { openWorkspace, pulumiEnv, type Workspace, type WorkspaceOptions } from "./workspace.ts";
