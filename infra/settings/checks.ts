import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
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

/** True for the origin of a web address: https, or http on this machine only, without path or query. */
export function isPublicOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const fits = url.protocol === "https:" || (url.protocol === "http:" && loopback);
  return fits && (text === url.origin || text === `${url.origin}/`);
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

/** True for a certificate in PEM. */
export const isCertificate = (pem: string): boolean => certificateOf(pem) !== undefined;

/** True for a private key in PEM, without a passphrase. */
export const isPrivateKey = (pem: string): boolean => privateKeyOf(pem) !== undefined;

/** False when the key is another certificate's. What cannot be read has a fault of its own. */
export function belongTogether(certificate: string, key: string): boolean {
  const [readable, own] = [certificateOf(certificate), privateKeyOf(key)];
  return readable === undefined || own === undefined || readable.checkPrivateKey(own);
}

/** True when a certificate is valid for a host name or address. */
export function coversHost(certificate: string, host: string): boolean {
  const readable = certificateOf(certificate);
  return (isIP(host) === 0 ? readable?.checkHost(host) : readable?.checkIP(host)) !== undefined;
}

const certificateOf = (pem: string): X509Certificate | undefined => parsed(() => new X509Certificate(pem));
const privateKeyOf = (pem: string): KeyObject | undefined => parsed(() => createPrivateKey(pem));

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
