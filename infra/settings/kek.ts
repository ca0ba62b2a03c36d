import { ageIdentities, isAgeRecipient, recipientOf } from "../age.ts";
import type { Fault } from "./faults.ts";

/** The identities in the text of an age identity file, as they are kept in the cluster. */
export const identitiesOf = (text: string): string => `${ageIdentities(text).join("\n")}\n`;

/** What is wrong with the file of the key-encryption key: it must hold the identity of the recipient that is named. */
export function kekFaults(
  file: string | undefined,
  recipient: string | undefined,
  read: (file: string) => string | undefined,
): Fault[] {
  if (!file?.startsWith("/")) return [];
  const key = "keys.age.identityFile";
  const hint = "such as age-keygen -o makes";
  const text = read(file);
  if (text === undefined) return [{ key, wrong: `${file} cannot be read`, hint }];
  const identities = ageIdentities(text);
  if (identities.length === 0) {
    const wrong = `${file} holds no age identity in plain form (AGE-SECRET-KEY-1…); PostgreSQL must be able to start without a person`;
    return [{ key, wrong, hint }];
  }
  const own = identities.map(recipientOf);
  if (recipient === undefined || !isAgeRecipient(recipient) || own.includes(recipient)) return [];
  const wrong = `is not the recipient of the identity in ${file}`;
  return [{ key: "keys.age.recipient", wrong, hint: `which is ${own.join(" or ")}` }];
}
