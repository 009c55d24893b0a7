/** Sessions at a terminal as the documentation shows them: ```console blocks below a marker that says where they run. */
import { readFileSync } from "node:fs"
import type { Where } from "./terminal.ts"

interface Step {
  readonly command: string
  /** What the page shows below it. */
  readonly shown: string
}

export interface Session {
  readonly file: string
  readonly where: Where
  readonly steps: readonly Step[]
}

const marked = /<!-- session: (terminal|pipe) -->\n+```console\n([\s\S]*?)\n```/g

/** In the order of the files and of the blocks in them. */
export function sessionsOf(files: readonly string[]): readonly Session[] {
  return files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(marked)].map(([, where, text = ""]) => ({
      file,
      where: where === "pipe" ? ("pipe" as const) : ("terminal" as const),
      steps: stepsOf(text),
    })),
  )
}

/** A line that ends in a backslash goes on in the next one. */
function stepsOf(text: string): readonly Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [, command = "", shown = ""] = /^((?:.*\\\n)*.*)\n?([\s\S]*)$/.exec(step) ?? []
      return { command, shown }
    })
}

const id = /\b[0-9a-f]{8}-[0-9a-f]{4}(?:-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?\b/g

/** Which id of this run stands for which of the page: by the order in which they are seen. */
export class Ids {
  readonly #here = new Map<string, string>()

  /** Learns from what was shown there and what was said here. */
  learn(shown: string, said: string): void {
    const here = said.match(id) ?? []
    for (const [index, there] of (shown.match(id) ?? []).entries()) {
      const [key, value] = [there.slice(0, 13), here[index]?.slice(0, 13)]
      if (value !== undefined && !this.#here.has(key)) this.#here.set(key, value)
    }
  }

  /** A command with the ids of this run. */
  translate(command: string): string {
    return command.replaceAll(id, (there) => this.#here.get(there.slice(0, 13)) ?? there)
  }
}

const moving: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{32}/g, "TRACE"],
  [id, "ID"],
  [/\d{4}-\d{2}-\d{2} /g, "DATE "],
  [/\d{2}:\d{2}:\d{2}Z/g, "TIME"],
  [/=\d{13}/g, "=MS"],
  [/http:\/\/127\.0\.0\.1:\d+/g, "URL"],
  [/kept in \S+/g, "kept in FILE."],
  [/\b\d+(?:\.\d+)? (?:s|min|h|d)\b/g, "TIME"],
  // How often a ring is measured before it complies is the back end's affair: the last time counts.
  [/(?:^TIME {2}[█×░]+ {2}[^\n]*\n)+(?=TIME {2}[█×░])/gm, ""],
  [/ {2,}/g, "  "],
  [/[ \t]+$/gm, ""],
]

/** A text without what is another one in each run: ids, times, ports, and the room that they take. */
export const settled = (text: string): string =>
  moving.reduce((sofar, [pattern, word]) => sofar.replaceAll(pattern, word), text).trim()
