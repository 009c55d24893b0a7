/** The command line's environment: read here and nowhere else. */
import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import { Secret } from "../lib/secret.ts"

export interface CliEnvironment {
  /** EUCORA_URL and EUCORA_TOKEN come before what was logged in to. */
  readonly url: string | undefined
  readonly token: Secret | undefined
  /** Where `login` keeps address and token: https://specifications.freedesktop.org/basedir/latest/. */
  readonly credentialsFile: string
}

export function cliEnvironment(environment: NodeJS.ProcessEnv = process.env): CliEnvironment {
  const { EUCORA_URL: url, EUCORA_TOKEN: token, XDG_CONFIG_HOME: folder = "" } = environment
  const home = isAbsolute(folder) ? folder : join(homedir(), ".config")
  return {
    url: url || undefined,
    token: token ? new Secret(token.trim()) : undefined,
    credentialsFile: join(home, "eucora", "credentials.json"),
  }
}
