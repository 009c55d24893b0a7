export const alertStatuses = ["firing", "resolved"] as const
export type AlertStatus = (typeof alertStatuses)[number]

type Texts = Readonly<Record<string, string>>

/** One alert of a notification of Alertmanager's. Times are RFC 3339, to the nanosecond. */
export interface AlertNotification {
  /** Alertmanager's: a hash of the labels. */
  readonly fingerprint: string
  readonly status: AlertStatus
  readonly name: string
  readonly labels: Texts
  readonly annotations: Texts
  readonly startsAt: string
  /** Of a resolved one; absent where Alertmanager did not say. */
  readonly endsAt?: string | undefined
  /** Where its expression can be seen. */
  readonly generatorUrl?: string | undefined
}

/** One time that an alert fired. */
export interface Alert {
  readonly id: string
  readonly fingerprint: string
  readonly name: string
  readonly status: AlertStatus
  /** Firing, and not repeated for so long that it counts as not firing any more: see firing.ts. */
  readonly stale: boolean
  readonly severity: string
  readonly component: string | null
  readonly labels: Texts
  readonly annotations: Texts
  readonly generatorUrl: string | null
  readonly startsAt: Date
  /** Null while it fires. */
  readonly endsAt: Date | null
  /** When we were told first, and last. */
  readonly receivedAt: Date
  readonly seenAt: Date
}

/** Keyset position: `startsAt` is RFC 3339 with the database's microseconds. */
interface AlertPosition {
  readonly startsAt: string
  readonly id: string
}

export interface AlertFilter {
  readonly status?: AlertStatus | undefined
  readonly severity?: string | undefined
  readonly name?: string | undefined
  /** RFC 3339: those that began then or later. */
  readonly since?: string | undefined
  /** What came last on the page before. */
  readonly after?: AlertPosition | undefined
  /** 1 to 200. */
  readonly limit: number
}

/** A page, the newest first. `next` is the position to go on from; absent on the last page. */
export interface AlertPage {
  readonly items: readonly Alert[]
  readonly next?: AlertPosition
}
