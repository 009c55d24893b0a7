import type { Ring } from "../rings/rings.ts"
import { type ConnectorsConfig, simulatedConnectors } from "./config.ts"

/** The groupings of the rings in the simulator, each in the vendor's own form. */
export const simulatedGroupings = {
  intune: {
    LAB: "a0000000-0000-4000-8000-000000000001",
    CANARY: "a0000000-0000-4000-8000-000000000002",
    PILOT: "a0000000-0000-4000-8000-000000000003",
    DEPARTMENT: "a0000000-0000-4000-8000-000000000004",
    GLOBAL: "a0000000-0000-4000-8000-000000000005",
  },
  jamf: { LAB: "101", CANARY: "102", PILOT: "103", DEPARTMENT: "104", GLOBAL: "105" },
  sccm: { LAB: "EUC00101", CANARY: "EUC00102", PILOT: "EUC00103", DEPARTMENT: "EUC00104", GLOBAL: "EUC00105" },
  landscape: {
    LAB: "ring-lab",
    CANARY: "ring-canary",
    PILOT: "ring-pilot",
    DEPARTMENT: "ring-department",
    GLOBAL: "ring-global",
  },
  ansible: {
    LAB: "ring_lab",
    CANARY: "ring_canary",
    PILOT: "ring_pilot",
    DEPARTMENT: "ring_department",
    GLOBAL: "ring_global",
  },
} as const satisfies Record<string, Record<Ring, string>>

/** The one client that the simulator knows. It guards nothing. */
export const simulatedClient = { id: "eucora", secret: "simulated" } as const

/** All five back ends played by the simulator at `simulatorUrl`, every ring mapped. */
export function developmentConnectors(simulatorUrl: string): ConnectorsConfig {
  const base = simulatorUrl.replace(/\/+$/, "")
  const secret = { env: "SIMULATED" }
  const client = { clientId: simulatedClient.id, clientSecret: secret, tenant: "simulated" }
  const settings = {
    intune: {
      baseUrl: `${base}/intune/v1.0`,
      loginUrl: `${base}/intune/login`,
      ...client,
      rings: simulatedGroupings.intune,
      inventoryLagSeconds: 0,
    },
    jamf: {
      baseUrl: `${base}/jamf`,
      clientId: simulatedClient.id,
      clientSecret: secret,
      rings: simulatedGroupings.jamf,
      inventoryLagSeconds: 0,
    },
    sccm: {
      baseUrl: `${base}/sccm/AdminService`,
      loginUrl: `${base}/sccm/login`,
      scope: "api://simulated/.default",
      ...client,
      rings: simulatedGroupings.sccm,
      inventoryLagSeconds: 0,
    },
    landscape: {
      baseUrl: `${base}/landscape`,
      accessKey: simulatedClient.id,
      secretKey: secret,
      rings: simulatedGroupings.landscape,
    },
    ansible: {
      baseUrl: `${base}/ansible/api/v2`,
      credentials: {
        kind: "login",
        tokenUrl: `${base}/ansible/api/v2/tokens/`,
        username: simulatedClient.id,
        password: secret,
      },
      rings: simulatedGroupings.ansible,
    },
  }
  return simulatedConnectors(settings, { SIMULATED: simulatedClient.secret })
}
