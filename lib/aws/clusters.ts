import { placeOf } from "../arn";
import { AwsError, SettingsError } from "../errors";
import { join, quote, text } from "../text/safe-text";
import { checkComplete, readBatches, readList } from "./batches";
import type { Ecs } from "./ecs";

/**
 * Returns the ARNs of the clusters with these names or ARNs, or of all clusters of the region.
 *
 * @throws AwsError when one is not there, or they are of several accounts; SettingsError when an ARN is of another region.
 */
export async function readClusters(ecs: Ecs, wanted: readonly string[] | "all"): Promise<readonly string[]> {
  if (wanted !== "all") checkRegion(wanted, ecs.region);
  const names = wanted === "all" ? await listClusters(ecs) : [...new Set(wanted)];
  const described = await readBatches(ecs, names, 100, async (clusters) => {
    const answer = await ecs.ask("ecs:DescribeClusters", (client, options) =>
      client.describeClusters({ clusters }, options),
    );
    const { clusters: found = [], failures } = answer;
    const arns = found.map(({ clusterArn }) => clusterArn);
    // With "all", missing ones were deleted between the two calls, and run nothing.
    if (wanted === "all") checkComplete("ecs:DescribeClusters", clusters, arns, failures);
    return found;
  });
  const active = described.flatMap(({ clusterArn: arn, clusterName: name, status }) =>
    arn && name && status !== "INACTIVE" ? [{ arn, name }] : [],
  );
  const missing = names.filter((name) => !active.some((cluster) => [cluster.arn, cluster.name].includes(name)));
  const arns = [...new Set(active.map(({ arn }) => arn))];
  if (wanted !== "all" && missing.length > 0) throw notThere(missing, ecs.region);
  checkOnePlace(arns, ecs.region);
  return arns;
}

function listClusters(ecs: Ecs): Promise<readonly string[]> {
  return readList("ecs:ListClusters", async (nextToken) => {
    const answer = await ecs.ask("ecs:ListClusters", (client, options) =>
      client.listClusters({ nextToken, maxResults: 100 }, options),
    );
    return { arns: answer.clusterArns, nextToken: answer.nextToken };
  });
}

function checkRegion(wanted: readonly string[], region: string): void {
  const other = wanted.map(placeOf).find((place) => place !== undefined && place.region !== region)?.region;
  if (other === undefined) return;
  const what = text`--cluster names a cluster in ${other}, but this run reads ${region}`;
  throw new SettingsError([text`${what}. Set AWS_REGION=${other}; one run reads one region.`]);
}

function notThere(missing: readonly string[], region: string): AwsError {
  return new AwsError(
    missing.map(
      (name) =>
        text`There is no cluster ${quote(name)} in ${region}. Check --cluster (without it ECS_CLUSTER or STACK_NAME), AWS_REGION and AWS_PROFILE; --all-clusters reads all.`,
    ),
  );
}

/** @throws AwsError when the answers come from another region, or from more than one account. */
function checkOnePlace(clusters: readonly string[], region: string): void {
  const places = clusters.map(placeOf);
  const accounts = new Set(places.map((place) => place?.account));
  if (places.every((place) => place?.region === region) && accounts.size <= 1) return;
  const found = clusters.slice(0, 3).map((arn) => quote(arn));
  throw new AwsError([
    text`Two accounts or regions are mixed up: asked for clusters in ${region}, ECS answered with ${join(found)}. Check AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL.`,
  ]);
}
