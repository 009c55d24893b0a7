import type { Evidence } from "../../../src/risk/evidence.ts"
import { smallToolEvidence } from "../../../src/risk/examples.ts"

/** A driver that is signed by somebody known and installs quickly: the board has to see it, and one person is enough. */
export const privilegedEvidence: Evidence = {
  ...smallToolEvidence,
  install: { privilege: "kernel", reboot: true, duration_minutes: 20, offline: false, sequencing: true },
  access: { data: "wide", network_listener: "privileged", scripting: true },
}
