import { KitError } from "../errors.ts";
import { commandAsTyped } from "../interrupts.ts";

/** What `./kit init` is told by its flags or on the terminal. */
export interface InitOptions {
  readonly target?: "local" | "kubernetes";
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly storageClass?: string;
  readonly url?: string;
  readonly kek?: string;
  readonly escrow?: readonly string[];
  readonly serverImage?: string;
  readonly postgresImage?: string;
  readonly edgeImage?: string;
}

/** A value that a stack needs and that nobody can guess. */
export interface Question extends Asked {
  readonly option: Exclude<keyof InitOptions, "target" | "storageClass">;
}

interface Asked {
  readonly flag: string;
  readonly ask: string;
  readonly example: string;
}

interface Rule extends Question {
  /** The setting that the value goes into. One that is there already asks for nothing. */
  readonly setting: string;
  readonly only?: "kubernetes";
}

const image = (option: Rule["option"], name: string): Rule => ({
  option,
  flag: `--${name}-image`,
  ask: `Image of ${name}, by digest, in your registry`,
  example: `registry.example.com/dexie/${name}@sha256:…`,
  setting: "images",
  only: "kubernetes",
});

const rules: readonly Rule[] = [
  {
    option: "kubeconfig",
    flag: "--kubeconfig",
    ask: "Path of the cluster's kubeconfig",
    example: "/home/ops/.kube/config",
    setting: "target",
    only: "kubernetes",
  },
  {
    option: "context",
    flag: "--context",
    ask: "Context of that kubeconfig",
    example: "production",
    setting: "target",
    only: "kubernetes",
  },
  {
    option: "url",
    flag: "--url",
    ask: "Public address of the server",
    example: "https://dexie.example.com, or https://localhost:30443 on the target local",
    setting: "server",
  },
  {
    option: "kek",
    flag: "--kek",
    ask: "File of your key-encryption key, an age identity",
    example: "/etc/dexie-cloud-kit/kek.txt",
    setting: "keys",
  },
  {
    option: "escrow",
    flag: "--escrow",
    ask: "Two or more age recipients held offline, separated by spaces",
    example: "age1… --escrow age1…",
    setting: "keys",
  },
  image("serverImage", "server"),
  image("postgresImage", "postgres"),
  image("edgeImage", "edge"),
];

/** What has still to be asked, given what was told and the settings that the stack has already. */
export function openQuestions(
  told: InitOptions,
  target: "local" | "kubernetes",
  settings: readonly string[],
): Question[] {
  return rules
    .filter(({ only }) => only === undefined || only === target)
    .filter(({ setting, option }) => !settings.includes(setting) && told[option] === undefined);
}

/** The error that lists everything that is missing at once. */
export function missingAnswers(stack: string, questions: readonly Asked[]): KitError {
  const lines = questions.map(({ flag, ask, example }) => `${flag}: ${ask}, such as ${example}`);
  return new KitError("usage", `too little is known to make stack ${stack}`, {
    why: lines.join("\n        "),
    next: `${commandAsTyped()} ${questions.map(({ flag }) => `${flag} …`).join(" ")}`,
  });
}

/** The question that decides which others there are. */
export const targetQuestion: Asked = {
  flag: "--target",
  ask: "Where it runs: local or kubernetes",
  example: "kubernetes",
};
