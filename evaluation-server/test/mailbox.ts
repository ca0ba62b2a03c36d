import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { Mail } from "../src/tokens/mailer.ts";
import { atEnd } from "./cleanup.ts";

export interface Mailbox {
  /** The address of the web hook. */
  readonly url: string;
  /** How the web hook answers from now on. */
  answerWith(status: number): void;
  /** The next mail that has not been taken yet. */
  take(): Promise<Mail>;
  readonly untaken: number;
}

/** A web hook that keeps the mails it is given. */
export async function openMailbox(place = { host: "127.0.0.1", port: 0 }): Promise<Mailbox> {
  const mails: Mail[] = [];
  const waiting: ((mail: Mail) => void)[] = [];
  let status = 202;
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      response.writeHead(status).end();
      if (status >= 300) return;
      const mail = body as Mail;
      const next = waiting.shift();
      if (next) next(mail);
      else mails.push(mail);
    });
  });
  server.listen(place);
  await new Promise((resolve) => server.once("listening", resolve));
  atEnd(() => server.close());
  return {
    url: `http://${place.host}:${(server.address() as AddressInfo).port}/mail`,
    answerWith: (next) => void (status = next),
    take: () => {
      const mail = mails.shift();
      return mail ? Promise.resolve(mail) : new Promise((resolve) => waiting.push(resolve));
    },
    get untaken() {
      return mails.length;
    },
  };
}
