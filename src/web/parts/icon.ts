import { html, raw } from "hono/html"
import type { Html } from "./html.ts"

/** Strokes on a grid of 16; drawn in the colour of the text beside them, which says the same. */
const shapes = {
  rings: '<circle cx="8" cy="8" r="2"/><path d="M8 3.5A4.5 4.5 0 1 1 3.5 8"/><path d="M8 1a7 7 0 1 1-7 7"/>',
  check: '<path d="M3 8.5 6.5 12 13 4.5"/>',
  cross: '<path d="m4 4 8 8M12 4l-8 8"/>',
  back: '<path d="M6 3.5 2.5 7 6 10.5M2.5 7H10a3.5 3.5 0 0 1 0 7H7"/>',
  pause: '<path d="M5.5 3.5v9M10.5 3.5v9"/>',
  clock: '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>',
  people:
    '<circle cx="6" cy="5.5" r="2.5"/><path d="M1.5 13.5c.5-3 2.5-4 4.5-4s4 1 4.5 4M11 3.5a2.5 2.5 0 0 1 0 4.5M12.5 10c1.2.5 1.9 1.7 2 3.5"/>',
  play: '<path d="M5 3.5v9l7.5-4.5z"/>',
  slash: '<circle cx="8" cy="8" r="6"/><path d="m3.8 12.2 8.4-8.4"/>',
  alert: '<path d="M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2"/>',
  info: '<circle cx="8" cy="8" r="6"/><path d="M8 7.2v3.8M8 4.9v.2"/>',
  out: '<path d="M9.5 2.5h4v4M13.5 2.5 8 8M11.5 9.5v4h-9v-9h4"/>',
  plus: '<path d="M8 3v10M3 8h10"/>',
} as const

export type IconName = keyof typeof shapes

export function icon(name: IconName): Html {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${raw(shapes[name])}</svg>`
}
