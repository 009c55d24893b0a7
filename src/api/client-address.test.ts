import { test } from "uvu"
import * as assert from "uvu/assert"
import { clientAddress, partitionOf, trustedProxies } from "./client-address.ts"

const nobody = trustedProxies([])
const ours = trustedProxies(["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48"])

test("X-Forwarded-For is not believed by default: whatever it says, the peer called", () => {
  assert.is(clientAddress("198.51.100.1", "203.0.113.9", nobody), "198.51.100.1")
  assert.is(clientAddress("198.51.100.1", "203.0.113.9", ours), "198.51.100.1")
})

const behind: Readonly<Record<string, readonly [peer: string, forwardedFor: string | undefined, client: string]>> = {
  "one proxy": ["10.1.2.3", "203.0.113.9", "203.0.113.9"],
  "two proxies": ["192.0.2.7", "203.0.113.9, 10.1.2.3", "203.0.113.9"],
  "a proxy, and pretends to be somebody else": ["10.1.2.3", "198.51.100.66, 203.0.113.9", "203.0.113.9"],
  "a proxy, and pretends to be a proxy": ["10.1.2.3", "10.9.9.9, 203.0.113.9", "203.0.113.9"],
  "a proxy that says nothing": ["10.1.2.3", undefined, "10.1.2.3"],
  "a proxy that says nothing of use": ["10.1.2.3", "203.0.113.9, unknown", "10.1.2.3"],
  "a proxy that is reached over a socket for both families": ["::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"],
  "a proxy with IPv6": ["2001:db8:1::5", "2001:db8:2::9", "2001:db8:2::9"],
}
for (const [what, [peer, forwardedFor, client]] of Object.entries(behind))
  test(`who is behind ${what} is ${client}`, () => assert.is(clientAddress(peer, forwardedFor, ours), client))

test("a host has one budget, whichever address of its IPv6 network it uses", () => {
  assert.is(partitionOf("2001:db8:2:3::1"), partitionOf("2001:db8:2:3:ffff:ffff:ffff:ffff"))
  assert.is.not(partitionOf("2001:db8:2:3::1"), partitionOf("2001:db8:2:4::1"))
  assert.is.not(partitionOf("203.0.113.9"), partitionOf("203.0.113.8"))
  assert.is(partitionOf(clientAddress("::ffff:203.0.113.9", undefined, nobody)), "203.0.113.9")
  assert.is(clientAddress("fe80::1%eth0", undefined, nobody), "fe80::1")
})

test("no peer at all is one more that shares a budget", () => {
  assert.is(partitionOf(clientAddress("", "203.0.113.9", ours)), "")
})

for (const wrong of ["10.0.0.0/33", "example.com", "10.0.0.0/x"])
  test(`${wrong} is no proxy`, () => assert.throws(() => trustedProxies([wrong])))

test.run()
