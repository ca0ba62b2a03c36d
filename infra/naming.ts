/** Physical names of a stack. Only what people type or other parts look up has a fixed name. */
export interface Names {
  readonly serverNamespace: string;
  readonly databaseNamespace: string;
}

/** The names of a stack's namespaces. */
export const namesOf = (stack: string): Names => ({
  serverNamespace: `${stack}-server`,
  databaseNamespace: `${stack}-database`,
});

/** Labels by which a selector finds the pods of one component. They never change. */
export const selectorLabels = (component: string): Record<string, string> => ({
  "app.kubernetes.io/name": component,
  "app.kubernetes.io/instance": component,
});

/** Labels of every object that the program makes itself. */
export const labels = (component: string): Record<string, string> => ({
  ...selectorLabels(component),
  "app.kubernetes.io/component": component,
  "app.kubernetes.io/part-of": "dexie-cloud-kit",
  "app.kubernetes.io/managed-by": "pulumi",
});
