import type { LinkTargets } from "../deps.ts"

/** Where the links of the document's examples lead. */
export const exampleLinks: LinkTargets = {
  publicUrl: "https://eucora.example.com",
  jaegerUrl: "https://jaeger.example.com",
  grafanaUrl: "https://grafana.example.com",
}
