/** How much demo data there is to be. */
export interface DemoCounts {
  readonly users: number
  readonly applications: number
  readonly deployments: number
  /** At least so many: every deployment's story is told to its end. */
  readonly events: number
}

export const demoDefaults: DemoCounts = { users: 10, applications: 20, deployments: 50, events: 200 }

/** The least and the most of each. Two people at least, for nobody approves what is their own. */
export const demoBounds = {
  users: { least: 2, most: 100 },
  applications: { least: 1, most: 100 },
  deployments: { least: 1, most: 1_000 },
  events: { least: 0, most: 10_000 },
} as const

/** The demo data that there is, or was. */
export interface DemoData extends DemoCounts {
  readonly seededAt: Date
}
