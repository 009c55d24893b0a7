import { BlockList, isIP, isIPv6 } from "node:net"
import {
  convertIPv4BinaryToString,
  convertIPv4MappedIPv6ToIPv4,
  convertIPv6ToBinary,
  isIPv4MappedIPv6,
} from "hono/utils/ipaddr"

/** Whether an address is one of our own proxies, whose word about who called them is taken. */
export type IsTrusted = (address: string) => boolean

const familyOf = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4")

/** Proxies as addresses and networks (`10.0.0.0/8`). Throws a TypeError or RangeError for anything else. */
export function trustedProxies(list: readonly string[]): IsTrusted {
  const trusted = new BlockList()
  for (const entry of list) {
    const [network = "", prefix] = entry.split("/")
    if (prefix === undefined) trusted.addAddress(network, familyOf(network))
    else trusted.addSubnet(network, Number(prefix), familyOf(network))
  }
  return (address) => trusted.check(address, familyOf(address))
}

/**
 * Who called: the peer, or where that is one of our proxies the nearest hop of X-Forwarded-For that is none. What stands
 * before that hop was written by the caller, who may write what they like.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, isTrusted: IsTrusted): string {
  let nearest = plain(peer)
  const hops = forwardedFor?.split(",") ?? []
  while (isIP(nearest) !== 0 && isTrusted(nearest)) {
    const hop = plain(hops.pop()?.trim() ?? "")
    if (isIP(hop) === 0) return nearest
    nearest = hop
  }
  return nearest
}

/** An IPv4 address as such, however the socket writes it; without the zone of a link-local one. */
function plain(address: string): string {
  const [bare = ""] = address.split("%")
  if (!isIPv6(bare)) return bare
  const binary = convertIPv6ToBinary(bare)
  return isIPv4MappedIPv6(binary) ? convertIPv4BinaryToString(convertIPv4MappedIPv6ToIPv4(binary)) : bare
}

/** What shares one budget: an IPv4 address, or the /64 that a host with IPv6 has to itself (RFC 6177). */
export function partitionOf(address: string): string {
  return isIPv6(address) ? `${(convertIPv6ToBinary(address) >> 64n).toString(16)}/64` : address
}
