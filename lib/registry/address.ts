import { isLoopback } from "../settings/schemas";

/** Returns the base address of a registry's API: https, except on this machine. */
export function registryAddress(registry: string): string {
  if (registry === "docker.io") return "https://registry-1.docker.io";
  return `${isLoopback(registry) ? "http" : "https"}://${registry}`;
}

/** Whether the server at `from` may send us to `target`: plain http is only allowed from this machine to itself. */
export function isAllowed(target: URL, from: URL): boolean {
  if (target.username || target.password) return false;
  if (target.protocol === "https:") return true;
  return target.protocol === "http:" && isLoopback(target.host) && isLoopback(from.host);
}
