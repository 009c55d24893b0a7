/**
 * Which versions of which applications one vendor has packages of. With `auto` an application that is asked for is there
 * from then on, so that a new name needs no preparation.
 */
export class Catalogue {
  readonly #auto: boolean
  readonly #versions = new Map<string, Set<string>>()
  readonly #numbers = new Map<string, number>()

  constructor(auto: boolean) {
    this.#auto = auto
  }

  add(app: string, versions: readonly string[]): void {
    const known = this.#versions.get(app) ?? new Set()
    this.#versions.set(app, known)
    for (const version of versions) known.add(version)
  }

  /** Whether the version is there, now that it was asked for. */
  has(app: string, version: string): boolean {
    if (this.#auto) this.add(app, [version])
    return this.#versions.get(app)?.has(version) === true
  }

  /** Whether the application is there, now that it was asked for. */
  hasApp(app: string): boolean {
    if (this.#auto) this.add(app, [])
    return this.#versions.has(app)
  }

  apps(): readonly { readonly app: string; readonly versions: readonly string[] }[] {
    return [...this.#versions].map(([app, versions]) => ({ app, versions: [...versions] }))
  }

  /** A number of its own for anything that has a name, the same for the same name. */
  numberOf(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size + 1_001
    this.#numbers.set(name, number)
    return number
  }
}
