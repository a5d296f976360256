import { parseEcrRegistry } from "../ecr-registry";
import type { ImageReference } from "../image-reference";
import { text } from "../text/safe-text";
import { type CredentialOptions, type Credentials, loginRemedy } from "./credentials";
import { dockerCredentials } from "./docker-credentials";
import { ecrCredentials } from "./ecr";

/**
 * Finds the credentials for a registry: first Docker's own, then, for ECR, the AWS SDK's, else none. Called only when a
 * registry wants credentials; each registry is looked up once. The returned function throws RegistryError.
 */
export function findCredentials(options: CredentialOptions): (reference: ImageReference) => Promise<Credentials> {
  const found = new Map<string, Promise<Credentials>>();
  return ({ registry }) => {
    const credentials = found.get(registry) ?? find(registry, options);
    found.set(registry, credentials);
    return credentials;
  };
}

async function find(registry: string, options: CredentialOptions): Promise<Credentials> {
  const docker = await dockerCredentials(registry, options);
  if (docker) return docker;
  const ecr = parseEcrRegistry(registry);
  if (ecr) return ecrCredentials(registry, ecr, options);
  return { tried: text`without credentials, as Docker has none for ${registry}`, remedy: loginRemedy(registry) };
}
