const deadlineMs = 10_000

/** GETs JSON. Throws an Error that names the address when there is no answer or no success. */
export async function getJson<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  return (await request(url, { headers })).json() as Promise<T>
}

export async function getText(url: string): Promise<string> {
  return (await request(url, {})).text()
}

export async function sendJson<T>(
  method: "POST" | "PUT",
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const init = { method, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } }
  const text = await (await request(url, init)).text()
  return (text === "" ? undefined : JSON.parse(text)) as T
}

async function request(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(deadlineMs) }).catch((cause: unknown) => {
    throw new Error(`no answer from ${url}`, { cause })
  })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`)
  return answer
}
