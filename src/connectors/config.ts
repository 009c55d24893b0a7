import { readFileSync } from "node:fs"
import { z } from "zod"
import { Secret } from "../lib/secret.ts"
import { rings } from "../rings/rings.ts"

const text = z.string().min(1)

const limits = z.strictObject({
  connectMs: z.int().positive().default(5_000),
  headersMs: z.int().positive().default(15_000),
  bodyMs: z.int().positive().default(15_000),
  totalMs: z.int().positive().default(25_000),
  maxResponseBytes: z
    .int()
    .positive()
    .default(16 * 1024 * 1024),
  connections: z.int().positive().optional(),
})

/** An address without credentials in it. */
const plainAddress = z
  .url({ protocol: /^https?$/ })
  .refine((value) => new URL(value).username === "", "holds credentials; name them apart")

/** Unencrypted only to this machine. */
const safeAddress = plainAddress.refine(isSafe, "has to be https")

function isSafe(value: string): boolean {
  const { protocol, hostname } = new URL(value)
  return protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
}

/** What all vendors have: groupings of the rings, other names of applications, limits of the client. */
const common = {
  rings: z.partialRecord(z.enum(rings), text),
  applications: z.record(z.string(), text).default({}),
  http: limits.prefault({}),
  /** PEM file of a certificate authority of the operator's own (a self-signed AdminService has one). */
  caFile: text.optional(),
}

/** What depends on where the settings come from. */
interface Shapes {
  readonly secret: z.ZodType<Secret>
  readonly address: z.ZodType<string>
}

const microsoftLogin = "https://login.microsoftonline.com"

/** Where devices report what they have at intervals of their own: a week is what all three vendors begin with. */
const reported = {
  inventoryLagSeconds: z
    .int()
    .min(0)
    .default(7 * 24 * 3_600),
}

const intune = ({ secret, address }: Shapes) =>
  z.strictObject({
    ...common,
    ...reported,
    baseUrl: address.default("https://graph.microsoft.com/v1.0"),
    loginUrl: address.default(microsoftLogin),
    tenant: text,
    clientId: text,
    clientSecret: secret,
    scope: text.default("https://graph.microsoft.com/.default"),
  })

const jamf = ({ secret, address }: Shapes) =>
  z.strictObject({
    ...common,
    ...reported,
    /** The computer group's numeric id. */
    rings: z.partialRecord(z.enum(rings), z.string().regex(/^\d+$/, "is a computer group's number")),
    baseUrl: address,
    clientId: text,
    clientSecret: secret,
    /** v2 is deprecated since July 2026; v3 exists from Jamf Pro 11.30. */
    titleConfigurations: z.enum(["v2", "v3"]).default("v2"),
  })

const sccm = ({ secret, address }: Shapes) =>
  z.strictObject({
    ...common,
    ...reported,
    /** `https://provider/AdminService_TokenAuth`, or the cloud management gateway's `…/CCM_Proxy_ServerAuth/<id>/AdminService`. */
    baseUrl: address,
    loginUrl: address.default(microsoftLogin),
    tenant: text,
    clientId: text,
    clientSecret: secret.optional(),
    scope: text,
    /** A ConfigMgr administrative user, where the site accepts no application of its own. */
    user: z.strictObject({ name: text, password: secret }).optional(),
  })

const landscape = ({ secret, address }: Shapes) =>
  z.strictObject({ ...common, baseUrl: address, accessKey: text, secretKey: secret })

const ansible = ({ secret, address }: Shapes) =>
  z.strictObject({
    ...common,
    /** `https://host/api/v2`, or the gateway's `https://host/api/controller/v2`. */
    baseUrl: address,
    credentials: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("basic"), username: text, password: secret }),
      z.strictObject({ kind: z.literal("token"), token: secret }),
      /** A token fetched with Basic: AWX until late 2024 (`/api/v2/tokens/`), gateways (`/api/gateway/v1/tokens/`). */
      z.strictObject({ kind: z.literal("login"), tokenUrl: address, username: text, password: secret }),
    ]),
    /** One template for all applications; without it each application has one of its own name. */
    jobTemplate: text.optional(),
    /** Id of the inventory to launch with, where the template asks for one. */
    inventory: z.int().positive().optional(),
  })

const connectors = (shapes: Shapes) =>
  z.strictObject({
    intune: intune(shapes).optional(),
    jamf: jamf(shapes).optional(),
    sccm: sccm(shapes).optional(),
    landscape: landscape(shapes).optional(),
    ansible: ansible(shapes).optional(),
  })

export type ConnectorsConfig = Readonly<z.output<ReturnType<typeof connectors>>>
export type IntuneSettings = NonNullable<ConnectorsConfig["intune"]>
export type JamfSettings = NonNullable<ConnectorsConfig["jamf"]>
export type SccmSettings = NonNullable<ConnectorsConfig["sccm"]>
export type LandscapeSettings = NonNullable<ConnectorsConfig["landscape"]>
export type AnsibleSettings = NonNullable<ConnectorsConfig["ansible"]>
export type LimitSettings = z.output<typeof limits>

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the file that says which back ends there are. Secrets are never in it: it names the environment variable
 * (`{"env": "NAME"}`) or the file (`{"file": "/path"}`) that holds each. Throws an Error that names every field that is
 * wrong, never a value.
 */
export function loadConnectors(path: string, environment: Environment): ConnectorsConfig {
  return parse(readJson(path), { secret: secretIn(environment), address: safeAddress })
}

/** Settings that the program makes itself, for a simulator that may be reached without encryption. */
export function simulatedConnectors(value: unknown, environment: Environment): ConnectorsConfig {
  return parse(value, { secret: secretIn(environment), address: plainAddress })
}

function parse(value: unknown, shapes: Shapes): ConnectorsConfig {
  const parsed = connectors(shapes).safeParse(value)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`)
  throw new Error(`The connectors file is not usable:\n${wrong.join("\n")}`)
}

function readJson(path: string): unknown {
  const content = readFileSync(path, "utf8")
  try {
    return JSON.parse(content)
  } catch {
    throw new Error(`The connectors file ${path} is no JSON`)
  }
}

/** Where a secret is kept; turned into the secret itself while the file is parsed. */
function secretIn(environment: Environment): z.ZodType<Secret> {
  const where = z.union([z.strictObject({ env: text }), z.strictObject({ file: text })], {
    error: 'names where the secret is kept: {"env": "NAME"} or {"file": "/path"}',
  })
  return where.transform((reference, context) => {
    const value = "env" in reference ? environment[reference.env] : readSecretFile(reference.file)
    if (value !== undefined && value !== "") return new Secret(value)
    context.addIssue({ code: "custom", message: `${Object.values(reference)[0]} holds no secret` })
    return z.NEVER
  })
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim()
  } catch {
    return undefined
  }
}
