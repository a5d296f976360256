import { quote, type SafeText, text } from "../text/safe-text";
import { isSet } from "./environment";
import type { CrossCheck } from "./parse-variables";

export const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

export const DEFAULT_REGION = "eu-west-1";

const PARTITIONS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, "aws-cn"],
  [/^us-gov-/, "aws-us-gov"],
  [/^us-iso-/, "aws-iso"],
  [/^us-isob-/, "aws-iso-b"],
  [/^eu-isoe-/, "aws-iso-e"],
  [/^us-isof-/, "aws-iso-f"],
  [/^eusc-/, "aws-eusc"],
];

/** The ARN partition that a region lies in: `aws`, `aws-cn`, `aws-us-gov`, … */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([pattern]) => pattern.test(region))?.[1] ?? "aws";
}

const IN_REGION = ["INSTALL_BUNDLE_SECRET_ARN", "INSTALL_BUNDLE_KMS_KEY_ARN", "ECS_CLUSTER", "LOG_KMS_KEY_ARN"];
const IN_PARTITION = ["PERMISSIONS_BOUNDARY_ARN", "SECRET_ARNS"];
const ARN = /^arn:(aws[\w-]*):[\w-]+:([a-z0-9-]*):/;

/** Checks that ARNs are in the stack's region, or at least in its partition. */
export const checkPlaces: CrossCheck = (given) => {
  const region = given.AWS_REGION ?? DEFAULT_REGION;
  if (!REGION.test(region)) return [];
  const partition = partitionOf(region);
  const problems: SafeText[] = [];
  for (const name of IN_REGION) {
    const [, itsPartition, itsRegion] = ARN.exec(given[name] ?? "") ?? [];
    if (itsPartition === undefined || (itsPartition === partition && itsRegion === region)) continue;
    const got = `${itsPartition} ${itsRegion}`;
    problems.push(text`${name} must be in the stack's region (AWS_REGION), ${partition} ${region}, got ${got}.`);
  }
  for (const name of IN_PARTITION) {
    for (const arn of (given[name] ?? "").split(",")) {
      const itsPartition = ARN.exec(arn.trim())?.[1];
      if (itsPartition === undefined || itsPartition === partition) continue;
      problems.push(text`${name} must be in the partition of AWS_REGION, ${partition}, got ${itsPartition}.`);
    }
  }
  return problems;
};

/** AWS' own tools use AWS_DEFAULT_REGION: a user who sets only that expects the stack, or what runs, there. */
export const checkDefaultRegion: CrossCheck = ({ AWS_REGION }, { AWS_DEFAULT_REGION }) => {
  if (AWS_REGION !== undefined || !isSet(AWS_DEFAULT_REGION) || AWS_DEFAULT_REGION.trim() === DEFAULT_REGION) return [];
  const found = quote(AWS_DEFAULT_REGION, 80);
  return [
    text`AWS_DEFAULT_REGION is ${found}, but this project reads only AWS_REGION (default ${DEFAULT_REGION}). Set AWS_REGION.`,
  ];
};
