import pMap from "p-map";

import { RegistryError } from "../errors";
import { type Clock, systemClock } from "../http/clock";
import { openConnections } from "../http/connections";
import { HttpFailure } from "../http/failure";
import { type RunContext, runDeadline } from "../http/retry";
import { parseReference } from "../image-reference";
import type { Environment } from "../settings/environment";
import type { Settings } from "../settings/settings";
import { quote, text } from "../text/safe-text";
import { registryClient } from "./client";
import { findCredentials } from "./find-credentials";
import { type ImageConfig, readImage } from "./read-image";

type RegistryOptions = Pick<Settings, "network" | "registry"> & {
  /** The run's environment: Docker's credential helpers get it without this project's secrets. */
  readonly environment: Environment;
};

/**
 * Reads each image's configuration from its registry, each image once, `network.concurrency` of them side by side. An
 * image that can't be read, or isn't built for Linux on x86-64, has a RegistryError in the result.
 *
 * @throws SettingsError when TL_CA_CERT or HTTPS_PROXY can't be used; the signal's reason.
 */
export async function imageConfigs(
  images: readonly string[],
  { network, registry, environment }: RegistryOptions,
  context: RunContext,
  clock: Clock = systemClock,
): Promise<ReadonlyMap<string, ImageConfig | RegistryError>> {
  using limit = runDeadline(network, context.signal, { Kind: RegistryError, lookAt: "the images' registries" }, clock);
  const { signal } = limit;
  const connections = openConnections({ ...network, signal, clock });
  const credentialsFor = findCredentials({ ...registry, environment, network, connections, signal, clock });
  const client = registryClient({ network, connections, credentialsFor, context: { ...context, signal }, clock });
  const unreachable = new Set<string>();
  const read = async (image: string): Promise<ImageConfig | RegistryError> => {
    const reference = parseReference(image);
    if (!reference) return new RegistryError([text`${quote(image)} is not an image's name. ${EXAMPLE}`]);
    const { registry: host } = reference;
    if (unreachable.has(host)) {
      const why = text`another image of ${host} could not be reached`;
      return new RegistryError([text`${image} was not looked up: ${why}. Fix that first.`]);
    }
    try {
      return await readImage(reference, client);
    } catch (error) {
      signal.throwIfAborted();
      // The registry's other images would fail just as slowly.
      if (error instanceof HttpFailure && error.hints.retry && !error.hints.status) unreachable.add(host);
      if (error instanceof HttpFailure) return new RegistryError([error.sentence]);
      if (error instanceof RegistryError) return error;
      throw error;
    }
  };
  try {
    const pair = async (image: string) => [image, await read(image)] as const;
    return new Map(await pMap(new Set(images), pair, { concurrency: network.concurrency, signal }));
  } finally {
    connections.close();
  }
}

const EXAMPLE = text`Write it as docker pull takes it, such as nginx:1.27 or registry.example.com/shop/web:2.14.1.`;
