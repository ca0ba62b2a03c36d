import { isIP } from "node:net";

/** True for a reference that names an image by digest. */
export const isPinnedImage = (text: string): boolean =>
  /^[a-z0-9][a-zA-Z0-9._/:-]*[a-zA-Z0-9]@sha256:[0-9a-f]{64}$/.test(text);

/** True for an amount of storage or memory as Kubernetes writes it, with its unit and above zero. */
export const isSize = (text: string): boolean =>
  /^\d+(\.\d+)?([kMGTP]|[KMGTP]i)$/.test(text) && Number.parseFloat(text) > 0;

/** True for an amount of processor time as Kubernetes writes it. */
export const isCpu = (text: string): boolean =>
  /^(\d+m|\d+(\.\d{1,3})?)$/.test(text) && Number.parseFloat(text) > 0;

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  ...Object.fromEntries(["k", "M", "G", "T", "P"].map((unit, index) => [unit, 1000 ** (index + 1)])),
  ...Object.fromEntries(["K", "M", "G", "T", "P"].map((unit, index) => [`${unit}i`, 1024 ** (index + 1)])),
};

/** An amount as Kubernetes writes it, as a number. */
export const amount = (text: string): number =>
  Number.parseFloat(text) * (factors[/[A-Za-z]+$/.exec(text)?.[0] ?? ""] ?? 1);

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** True for a name of Kubernetes without dots, such as a namespace's. */
export const isDnsLabel = (text: string): boolean => label.test(text);

/** True for a name of Kubernetes that may have dots, such as ceph.rbd. */
export const isDnsName = (text: string): boolean => text.length <= 253 && text.split(".").every(isDnsLabel);

/** True for a block of addresses, such as 10.0.0.0/16. */
export function isCidr(text: string): boolean {
  const [address = "", prefix = "", ...rest] = text.split("/");
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return bits > 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

/** True for a registry's part of a dockerconfigjson that opens it. */
export function isRegistryLogin(login: Readonly<Record<string, unknown>>): boolean {
  const has = (key: string) => typeof login[key] === "string" && login[key] !== "";
  return has("auth") || (has("username") && has("password"));
}

/** True for a name of the IANA time zone database. */
export function isTimezone(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(text)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** True for the origin of an https address, without path or query. */
export function isPublicOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return protocol === "https:" && (text === origin || text === `${origin}/`);
}

/** True for an address of http or https. */
export const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface CronField {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
}

/** Minute, hour, day of month, month, day of week. Kubernetes knows Sunday as 0 only. */
const cronFields: readonly CronField[] = [
  { from: 0, to: 59, names: [] },
  { from: 0, to: 23, names: [] },
  { from: 1, to: 31, names: [] },
  { from: 1, to: 12, names: months },
  { from: 0, to: 6, names: days },
];

/** True for a cron expression of five fields that a CronJob accepts. */
export function isCron(text: string): boolean {
  const given = text.trim().split(/\s+/);
  return (
    given.length === cronFields.length && cronFields.every((field, i) => fitsField(given[i] ?? "", field))
  );
}

const fitsField = (text: string, field: CronField): boolean =>
  text.split(",").every((part) => fitsPart(part, field));

function fitsPart(part: string, field: CronField): boolean {
  const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  if (step !== undefined && Number(step) === 0) return false;
  if (range === "*") return true;
  const bounds = range.split("-").map((bound) => cronNumber(bound, field));
  const [first = Number.NaN, last = first] = bounds;
  return bounds.length <= 2 && first >= field.from && last <= field.to && first <= last;
}

function cronNumber(text: string, { from, names }: CronField): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + from;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
