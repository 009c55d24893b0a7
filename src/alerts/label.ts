/** So many names of alerts have a series of their own in each process; our rules have some thirty. */
const maxNames = 100

/**
 * The label `alertname` of a metric: the name itself for the first `maxNames` names that are seen, `other` for every
 * further one. Whoever holds a token of Alertmanager's can invent names, and none of them may grow the label space.
 */
export function boundedNames(most = maxNames): (name: string) => string {
  const known = new Set<string>()
  return (name) => {
    if (known.size < most) known.add(name)
    return known.has(name) ? name : "other"
  }
}
