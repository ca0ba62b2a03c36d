import { HttpError, notImplemented } from "../errors.ts";

/** What the mailer's web hook receives, as JSON by POST. The format is our own; the vendor's is not published. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly otp: string;
}

export type Mailer = (mail: Mail) => Promise<void>;

/** Hands mails to a web hook. Without one, nobody can be sent a password. */
export function webhookMailer(url: string | undefined, onFailure: (reason: string) => void): Mailer {
  return async (mail) => {
    if (url === undefined) throw notImplemented("one-time passwords: DXC_MAILER_WEBHOOK is not set");
    let failure: string;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(mail),
        redirect: "error",
        signal: AbortSignal.timeout(10_000),
      });
      await response.body?.cancel();
      if (response.ok) return;
      failure = `status ${response.status}`;
    } catch (error) {
      failure = (error as Error).name;
    }
    onFailure(failure);
    throw new HttpError(502, "The mail with the one-time password could not be sent.");
  };
}
