import { isLoopback } from "../settings/schemas";

/** Where a registry's API is: https, but for this machine. */
export function registryAddress(registry: string): string {
  if (registry === "docker.io") return "https://registry-1.docker.io";
  return `${isLoopback(registry) ? "http" : "https"}://${registry}`;
}

/** Whether a registry may send us there: plain http is for this machine alone, and only from there. */
export function isAllowed(target: URL, from: URL): boolean {
  if (target.username || target.password) return false;
  if (target.protocol === "https:") return true;
  return target.protocol === "http:" && isLoopback(target.host) && isLoopback(from.host);
}
