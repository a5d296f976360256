import { quote } from "../text/safe-text";
import type { Draft } from "./draft";
import { problem, type Step } from "./finding";
import { entriesAt } from "./json-path";
import type { ContainerDefinition } from "./schema";

const LAST_PORT = 65_535;

/** Checks that each port is used once and nothing has links: the containers of a Fargate task share one network. */
export function* checkPorts({ containers, sidecar }: Draft): Step {
  const defender = { path: sidecar.path, values: { ...sidecar.values, name: "the Defender" } };
  const taken = new Map<string, string>();
  for (const { path, values } of [...containers, defender]) {
    const { name = "", portMappings } = values;
    for (const [place, mapping] of entriesAt([...path, "portMappings"], portMappings)) {
      const { containerPort, hostPort = 0, protocol = "tcp" } = mapping;
      // API reference, PortMapping: with awsvpc the host port is absent, or the same as the container's.
      if (hostPort > 0 && containerPort !== undefined && hostPort !== containerPort) {
        const why = "under awsvpc both must be equal. Remove hostPort.";
        yield problem(place)`hostPort ${hostPort} differs from containerPort ${containerPort}: ${why}`;
      }
      // The schema refuses other protocols; here each one could add all ports to `taken`.
      if (!/^(tcp|udp)$/i.test(protocol)) continue;
      const [first, last] = portsOf(mapping);
      // Stops at the first port that is taken, so that many large ranges take no longer than all ports.
      for (let port = first; port <= last && port <= LAST_PORT; port++) {
        const key = `${port}/${protocol.toLowerCase()}`;
        const owner = taken.get(key);
        taken.set(key, owner ?? name);
        if (owner === undefined) continue;
        const by = owner ? quote(owner) : "another container";
        yield problem(place)`the port ${key} is already used by ${by}: a task's containers share ports. Change one.`;
        break;
      }
    }
  }
  for (const { path, values } of containers) {
    if (!values.links) continue;
    yield problem([...path, "links"])`doesn't work on Fargate: containers reach each other by localhost. Remove it.`;
  }
}

type Mapping = NonNullable<ContainerDefinition["portMappings"]>[number];

/** Returns the first and the last port of a mapping. Without a port, or with a wrong range, no port lies between them. */
function portsOf({ containerPort, containerPortRange = "" }: Mapping): readonly [first: number, last: number] {
  if (containerPort !== undefined) return [containerPort, containerPort];
  const [first = 1, last = 0] = containerPortRange.split("-").map(Number);
  return [first, last];
}
