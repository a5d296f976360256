import type { Duplex } from "node:stream";

import type { Clock } from "./clock";

/** Destroys the socket if the connection, TLS included, isn't made in time. */
export function limitConnecting<S extends Duplex>(socket: S, milliseconds: number, clock: Clock): S {
  const late = Object.assign(new Error("The connection took too long."), { code: "ETIMEDOUT" });
  const cancel = clock.after(milliseconds, () => socket.destroy(late));
  for (const event of ["secureConnect", "close"]) socket.once(event, cancel);
  return socket;
}
