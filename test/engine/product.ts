import { dirname } from "node:path";
import { inject } from "vitest";
import { root } from "../../scripts/lib/paths.ts";
import { productSettings, type ProductSettings } from "./product-settings.ts";
import { pretendNode, type PretendNode } from "./pretend-node.ts";
import { TestStack } from "./test-stack.ts";

/** A stack of the product's own program, as it stands in the checkout, with a node that lets its pods run. */
export interface Product {
  readonly stack: TestStack;
  readonly settings: ProductSettings;
  readonly node: PretendNode;
  configure(changes?: Readonly<Record<string, string | object>>): Promise<void>;
  remove(): Promise<void>;
}

export async function makeProduct(name: string): Promise<Product> {
  const stack = await TestStack.make(name, root);
  const folder = dirname(stack.workspace.configFile);
  const target = { kind: "kubernetes", kubeconfig: inject("kubeconfig"), context: "control-plane" } as const;
  const settings = await productSettings(name, folder, target);
  const node = await pretendNode(inject("kubeconfig"), [`${name}-server`, `${name}-database`]);
  return {
    stack,
    settings,
    node,
    configure: async (changes = {}) => {
      await stack.set({ ...settings.plain, ...changes });
      await stack.set({ ...settings.secret }, { secret: true });
    },
    remove: async () => {
      await node.stop();
      await stack.remove();
    },
  };
}
