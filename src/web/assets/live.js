/**
 * Keeps a page up to date: listens to events, fetches the page anew and puts the parts that changed (`data-live`) in place
 * of the old ones. Without it every page works the same, one reload at a time. What somebody is typing stays untouched.
 */
const { body } = document
const { self, stream, announced } = body.dataset

/** Events come in bursts: one look at the page serves all of them. Milliseconds. */
const settleMs = 250
const retryMs = 5_000

const indicator = document.getElementById("live")
const announcer = document.getElementById("announcer")
let source
let settling
let ticking
let fetching = false
let again = false

function show(state, word) {
  indicator.hidden = false
  indicator.dataset.state = state
  indicator.querySelector(".word").textContent = word
}

/** Typed and not sent yet, or about to be: nobody likes a form that changes under their hands. */
function isBeingEdited(part) {
  const fields = [...part.querySelectorAll("input:not([type=hidden]), textarea, select")]
  return fields.some((field) => field === document.activeElement || hasChanged(field))
}

function hasChanged(field) {
  if (!(field instanceof HTMLSelectElement)) return field.value !== field.defaultValue
  const initial = [...field.options].findIndex((option) => option.defaultSelected)
  return field.selectedIndex !== Math.max(0, initial)
}

/** What finds the same thing again in a part that was replaced. */
function keyOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`
  if (element instanceof HTMLAnchorElement) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`
  if (element.matches("summary") && element.parentElement.id)
    return `#${CSS.escape(element.parentElement.id)} > summary`
  const label = element.getAttribute("aria-label")
  return label ? `[aria-label="${CSS.escape(label)}"]` : undefined
}

function replace(part, fresh) {
  if (part.innerHTML === fresh.innerHTML || isBeingEdited(part)) return
  const focused = part.contains(document.activeElement) ? keyOf(document.activeElement) : undefined
  const open = [...part.querySelectorAll("details[id]")].map(({ id, open: isOpen }) => [id, isOpen])
  part.replaceChildren(...document.adoptNode(fresh).childNodes)
  for (const [id, isOpen] of open) {
    const details = document.getElementById(id)
    if (details) details.open = isOpen
  }
  if (focused) part.querySelector(focused)?.focus({ preventScroll: true })
}

function adopt(page) {
  document.title = page.title
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id)
    if (fresh) replace(part, fresh)
  }
  tick(Number(page.body.dataset.every))
}

/** The server says where to go, but not before what was typed could be saved. */
function signedOut() {
  if (isBeingEdited(document)) show("away", "Signed out")
  else location.assign(self)
}

async function refresh() {
  if (fetching) {
    again = true
    return
  }
  fetching = true
  try {
    const answer = await fetch(self, { headers: { Accept: "text/html" }, cache: "no-store" })
    if (answer.redirected) signedOut()
    else if (answer.ok) adopt(new DOMParser().parseFromString(await answer.text(), "text/html"))
  } catch {
    show("away", "Reconnecting") // the next event or the next tick tries again
  } finally {
    fetching = false
    if (again) settle()
    again = false
  }
}

function settle() {
  clearTimeout(settling)
  settling = setTimeout(refresh, settleMs)
}

/** Devices are counted without an event: while some are, the page is looked at now and then. */
function tick(seconds) {
  clearInterval(ticking)
  if (seconds > 0 && !document.hidden) ticking = setInterval(refresh, seconds * 1_000)
}

function announce(words) {
  if (announced) announcer.textContent = words
}

function listen() {
  source = new EventSource(stream)
  source.onopen = () => show("on", "Live")
  source.onmessage = ({ data }) => {
    announce(JSON.parse(data))
    settle()
  }
  source.onerror = () => {
    show("away", "Reconnecting")
    if (source.readyState === EventSource.CLOSED) setTimeout(resume, retryMs) // refused: a look at the page says why
  }
}

function resume() {
  source?.close()
  if (document.hidden) return
  listen()
  refresh()
}

/** A page that nobody sees holds no connection: browsers have few for one host. */
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return resume()
  source?.close()
  tick(0)
})

listen()
tick(Number(body.dataset.every))
