import { stackConfig } from "./config.ts"
import { findProgram } from "./find.ts"

type PartName = "collector" | "prometheus" | "alertmanager" | "jaeger" | "compose-check"
export type ProgramName = "otelcol" | "prometheus" | "promtool" | "alertmanager" | "amtool" | "jaeger" | "compose-check"

/** Where one build reads and writes; all absolute. */
interface BuildPaths {
  readonly checkout: string
  /** Thrown away after the build. */
  readonly work: string
  /** Its programs end up here. */
  readonly out: string
}

export interface Step {
  readonly command: readonly [program: string, ...args: string[]]
  readonly cwd: string
  readonly environment?: Readonly<Record<string, string>>
}

/** How a program is called where its makers' own release is on PATH, and how it tells its version. */
export interface Release {
  readonly name: string
  readonly args: readonly string[]
  readonly says: RegExp
}

/** A server that the Go toolchain builds where it is not on PATH in this version. */
export interface Part {
  readonly name: PartName
  readonly version: string
  readonly programs: Readonly<Partial<Record<ProgramName, Release | undefined>>>
  /** Files in the checkout that decide what is built. */
  readonly manifests: readonly string[]
  readonly steps: (paths: BuildPaths) => readonly Step[]
  /** Measured on 2 cores with empty caches. */
  readonly minutes: number
}

/** Without symbols, with the version that the program reports. */
const ldflags = (variable: string, version: string): string => `-ldflags=-s -w -X ${variable}=${version}`
const prometheusVersion = "github.com/prometheus/common/version.Version"

/** In the order in which they are built: what shows most comes first. */
export const parts: readonly Part[] = [
  {
    name: "collector",
    version: "0.158.0",
    // Not the release `otelcol`: it says the same version, and has neither span_metrics nor the transform processor.
    programs: {
      otelcol: { name: "otelcol-contrib", args: ["--version"], says: /^otelcol-contrib version 0\.158\.0$/m },
    },
    manifests: ["collector/otelcol-builder.yaml"],
    steps: ({ checkout, work, out }) => [
      {
        command: ["go", "install", "go.opentelemetry.io/collector/cmd/builder@v0.158.0"],
        cwd: work,
        environment: { GOBIN: work },
      },
      // The manifest's output_path is relative, and so belongs to the folder in which the builder runs.
      { command: [`${work}/builder`, "--config", `${checkout}/collector/otelcol-builder.yaml`], cwd: work },
      { command: ["cp", "build/otelcol", out], cwd: work },
    ],
    minutes: 5.5,
  },
  {
    name: "prometheus",
    version: "3.15.0",
    programs: {
      prometheus: { name: "prometheus", args: ["--version"], says: /^prometheus, version 3\.15\.0 / },
      promtool: { name: "promtool", args: ["--version"], says: /^promtool, version 3\.15\.0 / },
    },
    manifests: ["prometheus/go.mod", "prometheus/go.sum"],
    // Without the clients of all clouds: 3.5 minutes instead of 9.
    steps: ({ checkout, out }) =>
      ["prometheus", "promtool"].map((program) => ({
        command: [
          ...(["go", "build", "-tags", "remove_all_sd", ldflags(prometheusVersion, "3.15.0")] as const),
          ...["-o", `${out}/${program}`, `github.com/prometheus/prometheus/cmd/${program}`],
        ],
        cwd: `${checkout}/prometheus`,
      })),
    minutes: 3.5,
  },
  {
    name: "alertmanager",
    version: "0.31.1",
    programs: {
      alertmanager: { name: "alertmanager", args: ["--version"], says: /^alertmanager, version 0\.31\.1 / },
      amtool: { name: "amtool", args: ["--version"], says: /^amtool, version 0\.31\.1 / },
    },
    manifests: [],
    steps: ({ work, out }) => [
      {
        command: [
          ...(["go", "install", ldflags(prometheusVersion, "0.31.1")] as const),
          ...["alertmanager", "amtool"].map((name) => `github.com/prometheus/alertmanager/cmd/${name}@v0.31.1`),
        ],
        cwd: work,
        environment: { GOBIN: out },
      },
    ],
    minutes: 1.6,
  },
  {
    name: "jaeger",
    version: "2.13.0",
    programs: { jaeger: { name: "jaeger", args: ["version"], says: /"gitVersion":"v2\.13\.0"/ } },
    manifests: ["collector/jaeger/go.mod", "collector/jaeger/go.sum"],
    steps: ({ checkout, out }) => [
      {
        command: [
          ...([
            "go",
            "build",
            ldflags("github.com/jaegertracing/jaeger/internal/version.latestVersion", "v2.13.0"),
          ] as const),
          ...["-o", `${out}/jaeger`, "github.com/jaegertracing/jaeger/cmd/jaeger"],
        ],
        cwd: `${checkout}/collector/jaeger`,
      },
    ],
    minutes: 6,
  },
  {
    name: "compose-check",
    version: "2.16.2",
    programs: { "compose-check": undefined }, // tells no version, so one on PATH proves nothing
    manifests: [],
    steps: ({ work, out }) => [
      {
        command: ["go", "install", "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"],
        cwd: work,
        environment: { GOBIN: work },
      },
      { command: ["mv", "cmd", `${out}/compose-check`], cwd: work },
    ],
    minutes: 0.3,
  },
]

/** The part that a program belongs to. */
export function partOf(program: ProgramName): Part {
  const part = parts.find((each) => program in each.programs)
  if (part === undefined) throw new Error(`no part has the program ${program}`)
  return part
}

/** For tests and checks: where the program is, on PATH or in the cache. Throws an Error that says how to get it. */
export function partPath(program: ProgramName): string {
  const part = partOf(program)
  const found = findProgram(part, program, stackConfig())
  if (found === undefined) throw new Error(`${program} ${part.version} is not on PATH and was not built: npm run parts`)
  return found
}
