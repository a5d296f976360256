import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

export const hasTerraform = spawnSync("terraform", ["version"]).status === 0;

export type AwsPlace = {
  /** Variables that make Terraform use this server, and a folder without a provider. */
  readonly environment: Readonly<Record<string, string>>;
  /** The requests to S3 that write, such as `PUT /bucket/key`. */
  readonly writes: readonly string[];
  readonly close: () => Promise<void>;
};

/** Serves what Terraform asks AWS without a provider: the caller's identity, whether there is state, and the state's lock. */
export async function startAws(folder: string): Promise<AwsPlace> {
  const objects = new Map<string, Buffer>();
  const writes: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === "POST") return void response.end(IDENTITY);
    const path = request.url?.replace(/\?.*/, "") ?? "";
    if (request.method === "PUT" || request.method === "DELETE") {
      writes.push(`${request.method} ${path}`);
      objects.delete(path);
      if (request.method === "PUT") objects.set(path, Buffer.concat(await request.toArray()));
      return void response.end();
    }
    const object = objects.get(path);
    response.statusCode = object || request.url?.includes("list-type") ? 200 : 404;
    response.end(request.method === "GET" ? (object ?? NO_OBJECTS) : undefined);
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
    writes,
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
