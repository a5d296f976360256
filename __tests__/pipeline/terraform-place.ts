import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

export const hasTerraform = spawnSync("terraform", ["version"]).status === 0;

export type AwsPlace = {
  /** Variables that make Terraform use this server, and a folder without a provider. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

/** Serves what Terraform asks AWS before it downloads a provider: the caller's identity, and whether there is state. */
export async function startAws(folder: string): Promise<AwsPlace> {
  const server = createServer((request, response) => {
    if (request.method === "POST") return void response.end(IDENTITY);
    response.statusCode = request.url?.includes("list-type") ? 200 : 404;
    response.end(request.method === "GET" ? NO_OBJECTS : undefined);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const providers = join(folder, "no-providers");
  mkdirSync(providers);
  const configuration = join(folder, "terraform.rc");
  writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = "${providers}"\n  }\n}\n`);
  return {
    environment: {
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "an-example-without-rights",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${portOf(server)}`,
      AWS_EC2_METADATA_DISABLED: "true",
      TF_CLI_CONFIG_FILE: configuration,
    },
    close: () => new Promise((closed) => server.close(() => closed()).closeAllConnections()),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

const IDENTITY =
  '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
  "<Arn>arn:aws:iam::111122223333:user/example</Arn><UserId>example</UserId><Account>111122223333</Account>" +
  "</GetCallerIdentityResult></GetCallerIdentityResponse>";
const NO_OBJECTS =
  '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>state</Name><KeyCount>0</KeyCount>' +
  "<IsTruncated>false</IsTruncated></ListBucketResult>";
