import { html } from "hono/html"

/** What a template makes: text that is escaped already. Whatever else is put into a template is escaped by it. */
export type Html = ReturnType<typeof html>

/** Where nothing is to be shown. */
export const nothing: Html = html``

/** With the word's plural where it is not one. */
export const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`
