/** An account's registry in Amazon ECR, `111122223333.dkr.ecr.eu-west-1.amazonaws.com`. */
export type EcrRegistry = { readonly account: string; readonly region: string };

// The DNS suffixes of AWS' partitions, and those of their dual-stack endpoints.
const SUFFIXES =
  "amazonaws\\.com(?:\\.cn)?|amazonaws\\.eu|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov";
const DUAL_STACK = "on\\.aws|on\\.amazonwebservices\\.com\\.cn";
const REGISTRY = new RegExp(
  `^(\\d{12})\\.dkr[.-]ecr(?:-fips)?\\.([a-z]{2,4}(?:-[a-z]+)+-\\d{1,2})\\.(?:${SUFFIXES}|${DUAL_STACK})$`,
);

/** Undefined for any other registry. */
export function parseEcrRegistry(registry: string): EcrRegistry | undefined {
  const [, account, region] = REGISTRY.exec(registry) ?? [];
  return account !== undefined && region !== undefined ? { account, region } : undefined;
}
