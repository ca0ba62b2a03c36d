import "./unwatched.ts";
export * from "../../../../infra/index.ts";
