import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { endingWithUs } from "../../evaluation-server/test/ending.ts";
import { tool } from "../../scripts/lib/tools/index.ts";

export interface Bucket {
  /** The bucket as Pulumi names a backend. */
  readonly backend: string;
  /** What a client of S3 needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts a stand-in for S3 on loopback, with an empty bucket that is gone when it stops. */
export async function startBucket(name: string): Promise<Bucket> {
  const options = ["-backend", "memory", "-host", "127.0.0.1:0", "-initialbucket", name];
  const [starter, args] = endingWithUs("KILL");
  const command = [...args, await tool("gofakes3"), ...options];
  const child = spawn(starter, command, { stdio: ["ignore", "ignore", "pipe"] });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface(child.stderr).on("line", (line) => {
      const [, found] = /using port: (\d+)/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`gofakes3 ended with ${code}`)));
    child.once("error", reject);
  });
  return {
    backend: `s3://${name}?endpoint=http://127.0.0.1:${port}&s3ForcePathStyle=true&region=us-east-1`,
    environment: { AWS_ACCESS_KEY_ID: "tests", AWS_SECRET_ACCESS_KEY: "tests" },
    async stop() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
