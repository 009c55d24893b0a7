import { demoDefaults } from "../../demo/types.ts"

export const someDemoData = { ...demoDefaults, events: 436, seededAt: new Date("2026-03-01T12:00:00.000Z") }
