/** The start of a command line whose process ends together with this one, however that ends. */
export const endingWithUs = (signal: "INT" | "KILL"): [string, string[]] => [
  "setpriv",
  ["--pdeathsig", signal, "--"],
];
