import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from "yaml";

/** One key of a chart's values.yaml. */
export interface ChartValue {
  readonly path: string;
  /** The comment above it. */
  readonly description: string;
  readonly default: unknown;
  /** The keys below it, where they have comments of their own. */
  readonly children: readonly ChartValue[];
}

/** The keys of a values.yaml with their comments. A map whose keys have no comments is one value. */
export function readChartValues(text: string): ChartValue[] {
  const document = parseDocument(text);
  if (!isMap(document.contents)) throw new Error("values.yaml holds no map");
  return valuesOf(document.contents, document.toJS() as Members, []);
}

type Members = Readonly<Record<string, unknown>>;

function valuesOf(map: YAMLMap, defaults: Members, above: readonly string[]): ChartValue[] {
  return map.items.map((pair) => {
    const key = keyOf(pair);
    const path = [...above, key];
    const below = isMap(pair.value) && hasComments(pair.value) ? pair.value : undefined;
    return {
      path: path.join("."),
      description: commentOf(pair, map),
      default: defaults[key],
      children: below ? valuesOf(below, defaults[key] as Members, path) : [],
    };
  });
}

const hasComments = (map: YAMLMap): boolean => map.items.some((pair) => commentOf(pair, map) !== "");

/** The comment above a map's first key is kept with the map. */
function commentOf(pair: Pair, map: YAMLMap): string {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  const comment = own ?? (pair === map.items[0] ? map.commentBefore : undefined) ?? "";
  return comment.trim().replace(/\s*\n\s*/g, " ");
}

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);
