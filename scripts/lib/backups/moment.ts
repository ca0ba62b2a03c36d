import { KitError } from "../errors.ts";

/** A moment as a person named it, exact to the microsecond. */
export interface Moment {
  readonly date: Date;
  /** The same moment in UTC as PostgreSQL reads it. */
  readonly postgres: string;
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 time. An offset is required: a time without one means another moment on each machine. */
export function parseMoment(text: string): Moment {
  const [, day, time, fraction = "", offset] = rfc3339.exec(text) ?? [];
  const seconds = new Date(`${day ?? ""}T${time ?? ""}${offset?.toUpperCase() ?? ""}`);
  if (Number.isNaN(seconds.getTime()) || !sameDay(seconds, day, offset)) {
    throw new KitError("usage", `"${text}" is not a time`, {
      why: "times are read as RFC 3339 with an offset only, so that they mean the same everywhere",
      next: `write it like ${new Date().toISOString().replace(/\.\d+Z$/, "Z")} or 2026-11-24T14:30:00+01:00`,
    });
  }
  const micros = fraction.slice(0, 6).padEnd(6, "0");
  return {
    date: new Date(seconds.getTime() + Number(micros.slice(0, 3))),
    postgres: `${seconds.toISOString().slice(0, 19).replace("T", " ")}.${micros}+00`,
  };
}

/** Date rolls the 30th of February over to March; a restore must not. */
function sameDay(date: Date, day: string | undefined, offset: string | undefined): boolean {
  return shifted(date, offset ?? "Z")
    .toISOString()
    .startsWith(day ?? "?");
}

function shifted(date: Date, offset: string): Date {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? [];
  const offsetMinutes = Number(`${sign ?? ""}1`) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  return new Date(date.getTime() + offsetMinutes * 60_000);
}
