import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard"

function steps(...colors: readonly Threshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...colors])
}

/** No judgement. Left out, Grafana would put in its own: red from 80, whatever the scale. */
export const neutral = steps({ value: null, color: "text" })

/** More is better: below `orange` red, below `green` orange, else green. */
export function atLeast(orange: number, green: number): ThresholdsConfigBuilder {
  return steps({ value: null, color: "red" }, { value: orange, color: "orange" }, { value: green, color: "green" })
}

/** Less is better: green, from `orange` on orange, from `red` on red. */
export function atMost(orange: number, red: number): ThresholdsConfigBuilder {
  return steps({ value: null, color: "green" }, { value: orange, color: "orange" }, { value: red, color: "red" })
}

/** Green up to and below the one limit, red from there on. */
export function below(red: number): ThresholdsConfigBuilder {
  return steps({ value: null, color: "green" }, { value: red, color: "red" })
}
