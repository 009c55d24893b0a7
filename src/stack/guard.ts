import { type ChildProcess, spawn } from "node:child_process"

/**
 * Ends what we started when we end, however we end: it reads from our pipe, whose end the kernel announces even after
 * kill -9. Each line holds all process groups that live at that moment; the last line counts.
 */
const script = `
while read -r line; do groups=$line; done
for group in $groups; do kill -s TERM -- "-$group"; done 2>/dev/null
for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  alive=
  for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && alive="$alive $group"; done
  [ -z "$alive" ] && exit 0
  sleep 1
done
for group in $alive; do kill -s KILL -- "-$group"; done 2>/dev/null
`

export class Guard {
  readonly #shell: ChildProcess
  readonly #groups = new Set<number>()

  constructor() {
    // A session of its own, so that neither Ctrl-C nor the end of a terminal ends the guard before its work.
    this.#shell = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["pipe", "ignore", "ignore"], cwd: "/" })
    this.#shell.stdin?.on("error", () => {}) // someone killed the guard: what runs goes on without it
    this.#shell.unref()
  }

  get pid(): number | undefined {
    return this.#shell.pid
  }

  watch(group: number): void {
    this.#groups.add(group)
    this.#tell()
  }

  forget(group: number): void {
    this.#groups.delete(group)
    this.#tell()
  }

  close(): void {
    this.#shell.stdin?.end()
  }

  #tell(): void {
    this.#shell.stdin?.write(`${[...this.#groups].join(" ")}\n`)
  }
}
